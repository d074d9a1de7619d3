import HTTPServing

/// A simulated system that listens on a port.
public typealias SimulatedServer = HTTPServer
