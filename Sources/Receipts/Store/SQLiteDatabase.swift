import CSQLite

/// Why SQLite did not do something.
struct SQLiteError: Error, Equatable {
    /// The extended result code.
    let code: Int32
    let message: String
}

/// A SQLite database in a file of its own, and the only owner of its handle. One thread uses it, its statements included.
final class SQLiteDatabase {
    fileprivate let handle: OpaquePointer

    /// Makes the file. Nothing is ever synchronised, and no journal is kept: after a crash the file is worthless, which
    /// it is meant to be.
    init(path: String, pageCacheByteCount: Int) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            // Even a database that could not be opened has a handle, unless there is no memory.
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
            sqlite3_close_v2(handle)
            throw SQLiteError(code: code, message: message)
        }
        self.handle = handle
        try execute("PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")
        // The file has one user, so that its lock need not be taken for each statement.
        try execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-\(pageCacheByteCount >> 10)")
    }

    // Statements keep the database; those that live longer make it a zombie, which goes away with the last of them.
    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that give no rows.
    func execute(_ sql: String) throws(SQLiteError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw lastError }
    }

    func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        try SQLiteStatement(sql, self)
    }

    /// Rows that the last statement changed.
    var changeCount: Int { Int(sqlite3_changes(handle)) }

    fileprivate var lastError: SQLiteError {
        SQLiteError(code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A prepared statement. Bind, step, and reset before the bound bytes go away.
final class SQLiteStatement {
    private let database: SQLiteDatabase
    private let handle: OpaquePointer

    fileprivate init(_ sql: String, _ database: SQLiteDatabase) throws(SQLiteError) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(
            database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw database.lastError }
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// - Parameter index: counted from 1.
    func bind(_ integer: Int64, at index: Int32) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, index, integer))
    }

    /// - Parameters:
    ///   - bytes: not copied; they must stay until ``reset()``.
    ///   - index: counted from 1.
    func bind(_ bytes: UnsafeRawBufferPointer, at index: Int32) throws(SQLiteError) {
        guard let base = bytes.baseAddress, bytes.count > 0 else {
            // A null pointer would bind NULL.
            return try check(sqlite3_bind_zeroblob(handle, index, 0))
        }
        try check(sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), nil))
    }

    /// Goes to the next row; `false`: there is none.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.lastError
        }
    }

    /// Ends the execution, so that the statement can be bound and stepped again. An error was told by ``step()``.
    func reset() { sqlite3_reset(handle) }

    /// - Parameter column: counted from 0.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// - Parameter column: counted from 0.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let base = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw database.lastError }
    }
}
