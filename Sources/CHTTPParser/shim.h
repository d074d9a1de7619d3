#pragma once
#include <http_parser.h>

/* Swift cannot see the enumeration behind a bit field. */
static inline enum http_errno penstock_parser_error(const http_parser *parser) {
    return HTTP_PARSER_ERRNO(parser);
}
