// libjq's side of the comparison: parse a document, run a program on it, print the outputs; again and again.
//
//   libjq PROGRAM DOCUMENT MILLISECONDS
//
// Prints one JSON object: the CPU time of one round, the bytes printed, and the last output.
//
//   cc -O2 -o libjq libjq.c -ljq
#include <jq.h>
#include <jv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static char *contents(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) exit(1);
    long end = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)end + 1);
    if (!bytes || fread(bytes, 1, (size_t)end, file) != (size_t)end) exit(1);
    fclose(file);
    bytes[end] = 0;
    *size = (size_t)end;
    return bytes;
}

static double cpu_nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static char *document;
static size_t document_size;

// Bytes of the outputs of one round; the last output stays in `last`.
static size_t round_trip(jq_state *jq, jv *last) {
    size_t bytes = 0;
    jq_start(jq, jv_parse_sized(document, (int)document_size), 0);
    jv output;
    while (jv_is_valid(output = jq_next(jq))) {
        jv text = jv_dump_string(output, 0);
        bytes += (size_t)jv_string_length_bytes(jv_copy(text));
        jv_free(*last);
        *last = text;
    }
    jv_free(output);
    return bytes;
}

int main(int argc, char **argv) {
    if (argc != 4) return 64;
    size_t program_size;
    char *program = contents(argv[1], &program_size);
    document = contents(argv[2], &document_size);
    double limit = atof(argv[3]) * 1e6;
    jq_state *jq = jq_init();
    if (!jq || !jq_compile(jq, program)) return 1;
    jv last = jv_null();
    for (int i = 0; i < 100; i++) round_trip(jq, &last);
    size_t bytes = 0;
    long count = 0;
    double start = cpu_nanoseconds(), elapsed = 0;
    while (elapsed < limit) {
        for (int i = 0; i < 50; i++) bytes = round_trip(jq, &last);
        count += 50;
        elapsed = cpu_nanoseconds() - start;
    }
    if (jv_get_kind(last) != JV_KIND_STRING) return 1;
    printf("{\"nanoseconds\":%.1f,\"bytes\":%zu,\"output\":%s}\n", elapsed / (double)count, bytes,
           jv_string_value(last));
    return 0;
}
