/// The request for an access token (RFC 6749, sections 2.3.1 and 4.4.2).
struct TokenRequest {
    let credentials: ClientCredentials

    /// The form that is posted.
    var form: [UInt8] {
        var pairs: [(String, String)] = [("grant_type", "client_credentials")]
        if let scope = credentials.scope { pairs.append(("scope", scope)) }
        if let audience = credentials.audience { pairs.append(("audience", audience)) }
        if credentials.placement == .body {
            pairs.append(("client_id", credentials.id))
            pairs.append(("client_secret", credentials.secret.revealed))
        }
        return Array(pairs.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&").utf8)
    }

    func headers() throws(RequestError) -> HeaderFields {
        var fields = HeaderFields()
        try fields.append("Content-Type", "application/x-www-form-urlencoded")
        try fields.append("Accept", "application/json")
        if credentials.placement == .header {
            let pair = Self.encoded(credentials.id) + ":" + Self.encoded(credentials.secret.revealed)
            try fields.append("Authorization", "Basic " + Base64.encode(Array(pair.utf8)))
        }
        return fields
    }

    /// `application/x-www-form-urlencoded`, in which RFC 6749 also wants the id and secret of the header.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "*"):
                bytes.append(byte)
            case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
