import Foundation
import TestKit

/// An nginx on 127.0.0.1 with a certificate of its own authority for `localhost`, ended with the object.
final class SecureServer {
    private(set) var tlsPort: UInt16 = 0
    private(set) var mutualPort: UInt16 = 0
    private(set) var oldPort: UInt16 = 0
    private(set) var cleartextPort: UInt16 = 0
    private(set) var cleartextHTTP2Port: UInt16 = 0

    private let directory: URL
    private var process: ChildProcess?

    private static func path(of command: String) -> String? {
        ["/usr/sbin/", "/usr/bin/", "/usr/local/bin/", "/usr/local/sbin/"].map { $0 + command }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static let isPossible: Bool = {
        guard let nginx = path(of: "nginx"), path(of: "openssl") != nil else { return false }
        let output = FileManager.default.temporaryDirectory.appending(path: "penstock-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: output) }
        guard (try? ChildProcess(nginx, ["-V"], output: output))?.waitForEnd() == .exited(0) else { return false }
        let about = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        return about.contains("http_v2") && about.contains("http_ssl")
    }()

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "penstock-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try makeCertificates()
        try startOnFreePorts()
    }

    deinit {
        process?.signal(SIGTERM)
        process?.waitForEnd()
        try? FileManager.default.removeItem(at: directory)
    }

    func file(_ name: String) -> String { directory.appending(path: name).path }

    /// The number of requests that nginx has answered, from its log.
    func requestCount() throws -> Int { try log().count }

    /// The numbers of the connections that carried requests.
    func connections() throws -> Set<String> { Set(try log()) }

    private func log() throws -> [String] {
        try String(contentsOfFile: file("access.log"), encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func makeCertificates() throws {
        let kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj"]
        try openssl(
            ["req", "-x509"] + kind + ["/CN=Test CA", "-keyout", file("ca.key"), "-out", file("ca.pem"), "-days", "2"])
        for (name, extra) in [("server", "subjectAltName=DNS:localhost"), ("client", "extendedKeyUsage=clientAuth")] {
            try openssl(
                ["req"] + kind + ["/CN=\(name)", "-keyout", file("\(name).key"), "-out", file("\(name).csr")])
            try Data(extra.utf8).write(to: directory.appending(path: "\(name).ext"))
            try openssl([
                "x509", "-req", "-in", file("\(name).csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
                "-CAcreateserial", "-days", "2", "-extfile", file("\(name).ext"), "-out", file("\(name).pem"),
            ])
        }
    }

    /// nginx cannot be told to choose its ports, and between our choice and its start another program may take one.
    private func startOnFreePorts() throws {
        for attempt in 1...10 {
            tlsPort = try LocalSocket.unusedPort()
            mutualPort = try LocalSocket.unusedPort()
            oldPort = try LocalSocket.unusedPort()
            cleartextPort = try LocalSocket.unusedPort()
            cleartextHTTP2Port = try LocalSocket.unusedPort()
            do {
                return try start()
            } catch let failure as ChildProcess.Failure where failure.description.contains("bind()") && attempt < 10 {
                try? FileManager.default.removeItem(atPath: file("error.log"))
            }
        }
    }

    private func start() throws {
        let answer = "location / { return 200 $server_protocol; }"
        let certificate = "ssl_certificate server.pem; ssl_certificate_key server.key;"
        let configuration = """
            daemon off; master_process off; pid \(file("nginx.pid")); error_log \(file("error.log"));
            events { worker_connections 256; }
            http {
                log_format connection $connection;
                access_log \(file("access.log")) connection;
                client_body_temp_path \(file("t1")); proxy_temp_path \(file("t2")); fastcgi_temp_path \(file("t3"));
                uwsgi_temp_path \(file("t4")); scgi_temp_path \(file("t5"));
                server { listen 127.0.0.1:\(tlsPort) ssl http2; \(certificate) \(answer) }
                server {
                    listen 127.0.0.1:\(mutualPort) ssl; \(certificate)
                    ssl_client_certificate ca.pem; ssl_verify_client on; \(answer)
                }
                server {
                    listen 127.0.0.1:\(oldPort) ssl; \(certificate)
                    ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0; \(answer)
                }
                server { listen 127.0.0.1:\(cleartextPort); \(answer) }
                server { listen 127.0.0.1:\(cleartextHTTP2Port) http2; \(answer) }
            }
            """
        try Data(configuration.utf8).write(to: directory.appending(path: "nginx.conf"))
        guard let nginx = Self.path(of: "nginx") else { throw ChildProcess.Failure(description: "no nginx") }
        let process = try ChildProcess(
            nginx, ["-p", directory.path, "-c", file("nginx.conf"), "-e", file("error.log")],
            output: file("output.log"))
        // It listens before it writes the file with its number, and until then refuses.
        while !FileManager.default.fileExists(atPath: file("nginx.pid")) {
            if process.ending() != nil {
                let reason = try? String(contentsOfFile: file("error.log"), encoding: .utf8)
                throw ChildProcess.Failure(description: reason ?? "nginx does not start")
            }
            sched_yield()
        }
        self.process = process
    }

    private func openssl(_ arguments: [String]) throws {
        guard let openssl = Self.path(of: "openssl") else { throw ChildProcess.Failure(description: "no openssl") }
        guard try ChildProcess(openssl, arguments, output: file("openssl.log")).waitForEnd() == .exited(0) else {
            throw ChildProcess.Failure(description: try String(contentsOfFile: file("openssl.log"), encoding: .utf8))
        }
    }
}
