import Delivery

extension Configuration {
    /// A REST API that steps call.
    public struct System: Sendable {
        public var name = ""
        /// Without a slash at its end.
        public var baseURL = ""
        public var authentication = Authentication.none
        /// For a whole call, from the first byte sent to the last received.
        public var timeout = Duration.seconds(10)
        public var connectTimeout = Duration.seconds(3)
        /// The most calls in flight at once: a number for each worker, or found out for all of a process together.
        public var concurrency = ConcurrencyPolicy.fixed(16)
        /// The calls that may start in a time, for all workers of a process together.
        public var rateLimit: RateLimit?
        public var idempotencyHeader = "Idempotency-Key"
        /// Sent with every call. Values may be secrets.
        public var headers: [Named<Secret>] = []
        public var tls = TLS()
        public var httpVersion = HTTPVersion.automatic
        /// The most bytes of an answer that are read.
        public var responseByteLimit = 1 << 20
        public var circuit = Circuit()
        /// What it holds, in the order written.
        public var entities: [Entity] = []

        /// Files in PEM format.
        public struct TLS: Sendable {
            /// Certificates of the authorities to trust instead of the machine's.
            public var authorities: FileReference?
            /// Our own certificate, for systems that ask for one.
            public var certificate: FileReference?
            public var key: FileReference?
        }

        public enum HTTPVersion: String, Sendable, CaseIterable {
            case automatic = "auto"
            case http1 = "1.1"
            case http2 = "2"
        }

        /// When calls to an unwell system pause, and for how long.
        public struct Circuit: Sendable {
            /// Failures in a row, of different events, that open the circuit. Enough that a system which refuses some
            /// customers is not taken for one that is down.
            public var failures = 20
            /// How long it stays open at first. It doubles with each failed attempt.
            public var openFor = Duration.seconds(1)
            /// How long it stays open at most.
            public var openForMax = Duration.seconds(60)
        }
    }
}

extension Configuration.System {
    static let section = Section("A REST API that steps call.", Self()) { system in
        connection(system) + limits(system) + [
            .entries(
                "entities", \.entities, NamedSection(section: Entity.section, noun: "entity", name: \.name),
                "How what the system holds is read by `penstock reconcile`, by name.",
                example: "{ clients: { list: GET erp/clients?offset={offset}, key: .clientIdentifier } }")
        ]
    } finish: { system, site, reader in
        system.checkEntities(site, reader)
    }

    private static func connection(_ system: Self) -> [Field<Self>] {
        [
            .key(
                "base_url", \.baseURL, .url, "The address that the paths of calls are appended to.",
                example: "https://erp.example.com/v2", in: system, isRequired: true),
            .key(
                "auth", \.authentication, .authentication, "How the system knows that it is us.",
                example: "{ bearer: { token: ${ERP_TOKEN} } }", in: system, defaultText: "none"),
            .key(
                "idempotency_header", \.idempotencyHeader, .headerName,
                "The header that carries the name of an effect, which is the same on every repetition.",
                example: "X-Request-Id", in: system),
            .key(
                "headers", \.headers,
                .dictionary("headers", key: "the name of an HTTP header", isKey: Names.isHeaderName, .headerValue),
                "Further headers of every call. Values are never shown.", example: "{ X-Tenant: emea }", in: system),
            .key(
                "tls", \.tls, .section(TLS.section), "Certificates, where the machine's are not the right ones.",
                example: "{ ca_file: ca.pem }", in: system),
            .key(
                "http_version", \.httpVersion, .choice(),
                "The version of HTTP; `auto` takes the highest that both know.",
                example: "\"1.1\"", in: system),
        ]
    }

    private static func limits(_ system: Self) -> [Field<Self>] {
        [
            .key(
                "timeout", \.timeout, .duration(.milliseconds(1)...(.seconds(600))),
                "How long a call may take. What was sent and not answered by then is repeated under the same name.",
                example: "30s", in: system),
            .key(
                "connect_timeout", \.connectTimeout, .duration(.milliseconds(1)...(.seconds(60))),
                "How long connecting may take, as a part of `timeout`.", example: "1s", in: system),
            .key(
                "concurrency", \.concurrency, .concurrency,
                "The most calls in flight at once: a number for each worker, or `adaptive`, which finds out how many "
                    + "the system bears.", example: "{ adaptive: { max: 50 } }", in: system),
            .optional(
                "rate_limit", \.rateLimit, .rateLimit,
                "How many calls may start in a time, for all workers of a process together.", example: "200/s"),
            .key(
                "response_size_limit", \.responseByteLimit, .byteCount(1024...(1 << 30)),
                "The most bytes of an answer that are read. A longer answer is a fault of the system.",
                example: "4MiB", in: system),
            .key(
                "circuit", \.circuit, .section(Circuit.section),
                "When calls to an unwell system pause, and for how long.", example: "{ failures: 10 }", in: system),
        ]
    }
}

extension Configuration.System.TLS {
    fileprivate static let section = Section("Certificates and keys: files in PEM format.", Self()) { tls in
        [
            .optional(
                "ca_file", \.authorities, .file,
                "Certificates of the authorities to trust instead of the machine's.", example: "certificates/ca.pem"),
            .optional(
                "certificate_file", \.certificate, .file, "Our own certificate, for systems that ask for one.",
                example: "certificates/penstock.pem"),
            .optional(
                "key_file", \.key, .file, "The private key of our own certificate.", example: "/run/secrets/tls-key"),
        ]
    } finish: { tls, site, reader in
        if (tls.certificate == nil) != (tls.key == nil) {
            reader.report("certificate_file and key_file belong together: give both or neither", site)
        }
    }
}

extension Configuration.System.Circuit {
    fileprivate static let section = Section("When calls to an unwell system pause, and for how long.", Self()) {
        circuit in
        [
            .key(
                "failures", \.failures, .integer(1...1000), "Failures in a row after which calls pause.",
                example: "10", in: circuit),
            .key(
                "open_for", \.openFor, .duration(.milliseconds(1)...(.seconds(3600))),
                "How long they pause at first. It doubles each time that the next attempt fails.", example: "500ms",
                in: circuit),
            .key(
                "open_for_max", \.openForMax, .duration(.milliseconds(1)...(.seconds(3600))),
                "How long they pause at most.", example: "5m", in: circuit),
        ]
    } finish: { circuit, site, reader in
        if circuit.openFor > circuit.openForMax { reader.report("open_for is longer than open_for_max", site) }
    }
}

extension ValueType where Value == Secret {
    /// The value of a header, which may be a secret.
    fileprivate static var headerValue: ValueType {
        ValueType(name: "text", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "a text", site) else { return nil }
            guard text.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                reader.report("the value of a header must not contain control characters", site)
                return nil
            }
            return Secret(text.value)
        }
    }
}
