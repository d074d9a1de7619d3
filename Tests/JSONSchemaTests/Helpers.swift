import JSON
import JSONSchema

/// Compiles one schema that stands alone.
func compile(_ text: String, options: Schema.Options = .init()) throws -> Schema {
    let registry = SchemaRegistry()
    try registry.add(Array(text.utf8), uri: "Schemas/test.json")
    return try Schema(uri: "Schemas/test.json", in: registry, options: options)
}

/// A value that owns its memory.
final class Sample {
    private let arena = Arena()
    let value: Value

    init(_ text: String) throws {
        value = try Array(text.utf8).withUnsafeBytes { [arena] in try Parser().parse(copying: $0, into: arena) }
    }
}

extension Schema {
    func isValid(_ text: String) throws -> Bool {
        let sample = try Sample(text)
        return withExtendedLifetime(sample) { isValid(sample.value) }
    }

    func failure(_ text: String) throws -> ValidationFailure? {
        let sample = try Sample(text)
        return withExtendedLifetime(sample) { validate(sample.value) }
    }
}

/// A schema as a CRM's customer events have, over two files.
enum CustomerEvent {
    static let uri = "Schemas/crm/customer-event.v1.json"

    static let schema = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "A customer was changed",
          "type": "object",
          "required": ["id", "type", "occurredAt", "customer"],
          "additionalProperties": false,
          "properties": {
            "id": {"type": "string", "format": "uuid"},
            "type": {"enum": ["customer.created", "customer.updated", "customer.deleted"]},
            "occurredAt": {"type": "string", "format": "date-time"},
            "version": {"type": "integer", "minimum": 1},
            "customer": {"$ref": "#/$defs/customer"}
          },
          "$defs": {
            "customer": {
              "type": "object",
              "required": ["number", "name", "addresses"],
              "properties": {
                "number": {"type": "string", "pattern": "^C-[0-9]{6}$"},
                "name": {"type": "string", "minLength": 1, "maxLength": 80},
                "email": {"type": "string", "format": "email"},
                "phone": {"type": "string", "maxLength": 30},
                "creditLimit": {"type": "number", "minimum": 0, "multipleOf": 0.01},
                "currency": {"enum": ["EUR", "USD", "CHF", "GBP"]},
                "active": {"type": "boolean"},
                "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "maxItems": 20},
                "addresses": {"type": "array", "minItems": 1, "items": {"$ref": "address.v1.json"}}
              },
              "additionalProperties": false
            }
          }
        }
        """#

    static let address = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "https://schemas.example.com/crm/address.v1.json",
          "type": "object",
          "required": ["street", "city", "country"],
          "properties": {
            "kind": {"enum": ["billing", "shipping"]},
            "street": {"type": "string", "minLength": 1},
            "zip": {"type": "string", "maxLength": 10},
            "city": {"type": "string", "minLength": 1},
            "country": {"type": "string", "pattern": "^[A-Z]{2}$"}
          },
          "additionalProperties": false
        }
        """#

    /// 600 bytes, nearly.
    static let valid = #"""
        {"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380","type":"customer.updated",\#
        "occurredAt":"2024-05-17T09:30:06.283Z","version":42,"customer":{"number":"C-004711",\#
        "name":"Müller & Söhne GmbH","email":"einkauf@mueller-soehne.example","phone":"+49 89 1234567",\#
        "creditLimit":25000.50,"currency":"EUR","active":true,"tags":["wholesale","priority","net30"],\#
        "addresses":[{"kind":"billing","street":"Hauptstraße 12","zip":"80331","city":"München","country":"DE"},\#
        {"kind":"shipping","street":"Industriepark 7, Tor 3","zip":"85748","city":"Garching","country":"DE"}]}}
        """#

    static func compile() throws -> Schema {
        let registry = SchemaRegistry { uri in
            uri == "Schemas/crm/address.v1.json" ? Array(address.utf8) : nil
        }
        try registry.add(Array(schema.utf8), uri: uri)
        return try Schema(uri: uri, in: registry)
    }
}
