import Foundation
import SimulatedSystems

/// A simulated system as a program of its own.
public struct SimulateCommand {
    public enum System: String, Sendable, CaseIterable {
        case erp, crm
    }

    private let system: System
    private let address: SimulatedServer.Address
    private let clientID: String
    private let clientSecret: String
    private let honoursIdempotencyKeys: Bool
    private let terminal: Terminal

    public init(
        _ system: System, host: String, port: Int, clientID: String, clientSecret: String,
        honoursIdempotencyKeys: Bool = true, terminal: Terminal
    ) {
        self.honoursIdempotencyKeys = honoursIdempotencyKeys
        self.system = system
        address = .init(host: host, port: port)
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.terminal = terminal
    }

    /// Serves until it is told to stop. Its first line on standard output is its URL.
    public func run(until stop: StopSignal) throws -> ExitStatus {
        let server: SimulatedServer
        do {
            server =
                switch system {
                case .erp:
                    try SimulatedERP(
                        .init(
                            clientID: clientID.isEmpty ? nil : clientID, clientSecret: clientSecret,
                            honoursIdempotencyKeys: honoursIdempotencyKeys)
                    ).startBlocking(at: address)
                case .crm: try SimulatedCRM().startBlocking(at: address)
                }
        } catch {
            throw CommandFailure("\(error)", status: .couldNotReach)
        }
        terminal.print(server.url)
        stop.wait()
        server.stopBlocking()
        return .done
    }
}
