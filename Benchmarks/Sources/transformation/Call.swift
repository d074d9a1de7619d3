import HTTPCalls
import Logging

/// The HTTP call of the example's event, 64 at a time, as a worker makes it.
struct Call {
    static let inFlight = 64

    let event: ExampleEvent
    let url: String

    func measure(calls: Int) throws {
        let body = try event.text.withUnsafeBytes { Array(try event.transform($0)) }
        let caller = try HTTPCaller(logger: Logger(label: "benchmark"))
        let system = try caller.add(SystemEndpoint(name: "erp", baseURL: url))
        let headers = try HeaderFields([
            "Content-Type": "application/json", "Idempotency-Key": "5f3d2f6e-1c1b-5d55-9d8a-0d6c2c7f1a11",
        ])
        let path = Array("/clients".utf8)
        var failed = 0
        try path.withUnsafeBytes { path in
            try body.withUnsafeBytes { body in
                func run(_ calls: Int) throws {
                    var (started, finished) = (0, 0)
                    while finished < calls {
                        while started < calls, caller.inFlight < Self.inFlight {
                            let request = Request(
                                system: system, method: .post, path: path, headers: headers, body: body)
                            try caller.start(request, tag: UInt64(started))
                            started += 1
                        }
                        _ = caller.poll(timeoutMilliseconds: 1000)
                        caller.collect { completion in
                            finished += 1
                            if completion.status != 200 { failed += 1 }
                        }
                    }
                }
                try run(1000)
                let start = Clock.cpuNanoseconds()
                try run(calls)
                let nanoseconds = Double(Clock.cpuNanoseconds() - start) / Double(calls)
                print("{\"nanoseconds\":\(nanoseconds),\"failed\":\(failed)}")
            }
        }
    }
}
