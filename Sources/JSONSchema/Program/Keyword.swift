/// The keywords that assert something or apply schemas, by their names.
enum Keyword: String, BitwiseCopyable {
    case type, `enum`, const
    case multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum
    case maxLength, minLength, pattern, format
    case maxItems, minItems, uniqueItems, contains, maxContains, minContains
    case prefixItems, items, additionalItems
    case maxProperties, minProperties, required, dependentRequired, dependentSchemas, dependencies
    case properties, patternProperties, additionalProperties, propertyNames
    case ref = "$ref"
    case dynamicRef = "$dynamicRef"
    case allOf, anyOf, oneOf, not
    case `if`, then, `else`
    case unevaluatedItems, unevaluatedProperties
}
