import Flows
import Foundation

/// Holds a loop to a pace by waiting.
struct WallPacer {
    private var pace: Pace?

    init(_ pace: Pace?) {
        self.pace = pace
    }

    /// Waits until the next start is due, or until it is told to stop.
    mutating func wait(until isStopped: () -> Bool) {
        while let pace, self.pace?.isDue() == false, !isStopped() {
            usleep(UInt32(min(.milliseconds(50), pace.timeUntilDue) / .microseconds(1)) + 1)
        }
    }
}
