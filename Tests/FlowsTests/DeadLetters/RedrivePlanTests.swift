import Testing

@testable import Flows

/// A redrive must take a key's events whole and in order (D9), and what is done must stay done.
@Suite("The plan of a redrive")
struct RedrivePlanTests {
    private func book(_ letters: [DeadLetter]) -> DeadLetterBook {
        var book = DeadLetterBook()
        for letter in letters { book.add(letter, key: OrderKey(letter.key, of: letter.place)) }
        return book
    }

    private func offsets(_ plan: RedrivePlan) -> [[Int64]] {
        plan.lines.map { $0.letters.map(\.letter.place.offset) }
    }

    private func mark(_ state: DeadLetterMark.State, time: Int64 = .max, redrives: Int = 1) -> DeadLetterMark {
        DeadLetterMark(state: state, redrives: redrives, time: time)
    }

    @Test("letters are grouped by key and ordered by offset, whatever order they come in")
    func order() throws {
        let book = book([
            try deadLetter(0, 9, key: "B"), try deadLetter(0, 7, key: "A"), try deadLetter(0, 3, key: "B"),
            try deadLetter(1, 1, key: "A"),
        ])
        let plan = RedrivePlan(book, DeadLetterFilter())
        #expect(offsets(plan) == [[3, 9], [7], [1]], "a key of two partitions is two, as for the worker (D2)")
        #expect(plan.letterCount == 4)
    }

    @Test("one chosen letter takes all open ones of its key along, so that none overtakes an earlier one (D9)")
    func wholeKeys() throws {
        let book = book([
            try deadLetter(0, 1, key: "A"), try deadLetter(0, 2, key: "A", reason: "behind-parked"),
            try deadLetter(0, 3, key: "B", reason: "schema"),
        ])
        #expect(offsets(RedrivePlan(book, DeadLetterFilter(reason: "behind-parked"))) == [[1, 2]])
        #expect(offsets(RedrivePlan(book, DeadLetterFilter(reason: "schema"))) == [[3]])
        #expect(offsets(RedrivePlan(book, DeadLetterFilter(reason: "mapping"))) == [])
    }

    @Test("events without a key have no order, and each is alone")
    func withoutKey() throws {
        let book = book([try deadLetter(0, 1, key: nil), try deadLetter(0, 2, key: nil)])
        #expect(offsets(RedrivePlan(book, DeadLetterFilter())) == [[1], [2]])
        #expect(offsets(RedrivePlan(book, DeadLetterFilter(places: [.init(partition: 0, offset: 2)]))) == [[2]])
    }

    @Test("an event that was parked twice, by a crash between parking and committing, counts once")
    func twice() throws {
        let first = try deadLetter(0, 1, position: .init(partition: 0, offset: 10), parkedAt: 100)
        let second = try deadLetter(
            0, 1, reason: "schema", position: .init(partition: 0, offset: 11), parkedAt: 200)
        for letters in [[first, second], [second, first]] {
            let entries = book(letters).all
            #expect(entries.count == 1)
            #expect(entries.first?.reason == "schema", "the newest story counts")
        }
    }

    @Test("what is redriven or discarded is left out; what failed again is in, with its count and its new reason")
    func marks() throws {
        var book = book([
            try deadLetter(0, 1, key: "A"), try deadLetter(0, 2, key: "A"), try deadLetter(0, 3, key: "A"),
        ])
        book.add(mark(.redriven), of: .init(partition: 0, offset: 1))
        book.add(
            DeadLetterMark(state: .failed, redrives: 2, time: .max, reason: "schema"),
            of: .init(partition: 0, offset: 2))
        let plan = RedrivePlan(book, DeadLetterFilter())
        #expect(offsets(plan) == [[2, 3]])
        #expect(plan.lines.first?.letters.first?.redrives == 2)
        #expect(book.entries(DeadLetterFilter(reason: "schema")).map(\.letter.place.offset) == [2])
        book.add(mark(.discarded), of: .init(partition: 0, offset: 2))
        #expect(offsets(RedrivePlan(book, DeadLetterFilter())) == [[3]])
        #expect(book.entries(DeadLetterFilter(), openOnly: false).count == 3)
    }

    @Test("marks may come before their letters, as the topics are read in that order")
    func marksFirst() throws {
        var book = DeadLetterBook()
        book.add(mark(.redriven), of: .init(partition: 0, offset: 1))
        let letter = try deadLetter(0, 1)
        book.add(letter, key: OrderKey(letter.key, of: letter.place))
        #expect(book.entries(DeadLetterFilter()).isEmpty)
    }

    @Test("an event that is parked anew after it was redriven is open again")
    func parkedAnew() throws {
        let place = DeadLetter.Place(partition: 0, offset: 1)
        for (letter, isOpen) in [
            (DeadLetter.Place(partition: 2, offset: 10), false), (DeadLetter.Place(partition: 2, offset: 11), true),
            // In another partition of the dead-letter topic only time can tell.
            (DeadLetter.Place(partition: 3, offset: 1), true),
        ] {
            var book = DeadLetterBook()
            book.add(
                DeadLetterMark(
                    state: .redriven, redrives: 1, time: 500, letter: .init(partition: 2, offset: 10)), of: place)
            let parked = try deadLetter(0, 1, position: letter, parkedAt: 501)
            book.add(parked, key: OrderKey(parked.key, of: parked.place))
            #expect(book.all.first?.isOpen == isOpen, "\(letter)")
        }
    }

    @Test("a key is done through the last letter before the first open one, and not further")
    func progress() throws {
        let letters = try [2, 5, 9].map { try deadLetter(0, Int64($0)) }
        let plan = RedrivePlan(book(letters), DeadLetterFilter())
        var progress = try #require(plan.lines.first?.progress)
        #expect(progress.through == nil)
        progress.finish(5)
        #expect(progress.through == nil, "2 is open: a worker must not let the key go on")
        progress.finish(2)
        #expect(progress.through == 5)
        #expect(!progress.isDone)
        progress.finish(9)
        #expect(progress.through == 9)
        #expect(progress.isDone)
    }

    @Test("letters that were done before count into how far the key is")
    func earlierProgress() throws {
        var book = book(try [2, 5, 9].map { try deadLetter(0, Int64($0)) })
        book.add(mark(.discarded), of: .init(partition: 0, offset: 5))
        let plan = RedrivePlan(book, DeadLetterFilter())
        var progress = try #require(plan.lines.first?.progress)
        progress.finish(2)
        #expect(progress.through == 5)
    }
}
