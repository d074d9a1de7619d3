import Synchronization
import Testing

@testable import Flows

@Suite("A thread beside another one") struct SideThreadTests {
    private struct Failure: Error, Equatable {}

    /// Only the side thread has it, as it has a reconciler.
    private final class Diary {
        var entries: [Int] = []
    }

    @Test("its work is done in order, with what it has made itself")
    func order() throws {
        let thread = SideThread("test") { Diary() }
        defer { thread.end() }
        let works = (0..<20).map { number in
            thread.start { diary, _ in
                diary.entries.append(number)
                return diary.entries
            }
        }
        for (number, work) in works.enumerated() {
            #expect(try work.wait { _ in true } == Array(0...number))
        }
    }

    @Test("an error comes out of its work, is seen before that, and the next work is done all the same")
    func failing() throws {
        let thread = SideThread("test") { Diary() }
        defer { thread.end() }
        let failing: SideWork<Int> = thread.start { _, _ in throw Failure() }
        #expect(throws: Failure.self) { try failing.wait { _ in true } }
        #expect(failing.hasFailed)
        let next = thread.start { _, _ in 7 }
        #expect(try next.wait { _ in true } == 7)
        #expect(!next.hasFailed)
    }

    @Test("when what it works with cannot be made, all its work fails")
    func unmade() throws {
        let thread = SideThread<Diary>("test") { throw Failure() }
        defer { thread.end() }
        for _ in 0..<2 {
            let work = thread.start { diary, _ in diary.entries.count }
            #expect(throws: Failure.self) { try work.wait { _ in true } }
        }
    }

    @Test("it is told to stop by the one that waits, tells how it goes, and ends")
    func stopping() throws {
        let thread = SideThread("test") { Diary() }
        let work: SideWork<Bool> = thread.start { _, work in
            work.tell(.init(stage: .listing, done: 3, total: nil))
            while !work.isStopped {}
            return true
        }
        var told: Int?
        let isStopped = try work.wait { progress in
            told = progress?.done ?? told
            return told == nil
        }
        #expect(isStopped && told == 3)
        thread.end()
    }
}
