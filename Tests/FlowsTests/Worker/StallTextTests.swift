import Delivery
import Testing

@testable import Flows

@Suite("Why a partition stands, in words")
struct StallTextTests {
    private func text(
        _ cause: Stall.Cause, attempts: Int = 0, isMetadataFull: Bool = false, blockedFor: Duration? = nil
    ) -> String {
        let now = Instant(nanoseconds: 100_000_000_000)
        let stall = Stall(
            partition: PartitionID(0), since: Instant(nanoseconds: 25_000_000_000), offset: 1_234, attempts: attempts,
            isMetadataFull: isMetadataFull, cause: cause)
        return StallText(systems: ["crm", "erp"], blockedUntil: [nil, blockedFor.map { now + $0 }], now: now).text(
            stall)
    }

    private let erp = SystemID(1)

    @Test("it names the offset, the system, the attempts, and how long")
    func system() {
        #expect(
            text(.system(erp, .nextTry), attempts: 7)
                == "offset 1234: backing off from system erp after 7 failed calls in a row, for 75 s")
        #expect(
            text(.system(erp, .slot), attempts: 1, blockedFor: .milliseconds(11_200))
                == "offset 1234: waiting for a free call of system erp after 1 failed call in a row, "
                + "its calls are held back for 12 s more, for 75 s")
        #expect(text(.system(erp, .answer)) == "offset 1234: waiting for an answer of system erp, for 75 s")
        #expect(!text(.system(erp, .answer), blockedFor: .seconds(-1)).contains("held back"))
    }

    @Test("dead letters, commits and full metadata are told (D10, D1, D7)")
    func others() {
        #expect(
            text(.deadLetter, attempts: 3)
                == "offset 1234: a dead letter cannot be written after 3 times in a row, for 75 s"
        )
        #expect(text(.commit) == "offset 1234: what is settled below cannot be committed, for 75 s")
        #expect(text(.worker(.ready)).contains("the event is ready"))
        #expect(text(.commit, isMetadataFull: true).hasSuffix("; nothing new starts in the partition until then"))
    }
}
