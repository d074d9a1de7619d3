import CLibcurl

/// A call over a ``Connection``: what it sends, and what the parser tells of its answer.
extension Transfer {
    /// Writes the part of the request that is known when the call is started.
    mutating func openText(_ request: borrowing Request, _ system: System) {
        let method = request.method.name
        requestBody = request.body ?? (Self.alwaysHasBody(method) ? UnsafeRawBufferPointer(start: nil, count: 0) : nil)
        text.open(
            method: method, basePath: system.basePath, path: request.path, fields: request.headers, adding: system.lines
        )
    }

    /// A method that is meant to carry something says so if it carries nothing (RFC 9110, section 8.6).
    static func alwaysHasBody(_ method: String) -> Bool { method == "POST" || method == "PUT" || method == "PATCH" }

    /// Writes the rest, with the token as it is now.
    /// - Returns: whether the body is in the text.
    mutating func closeText() -> Bool {
        let authorization = tokenGeneration > 0 ? head.authorizationLine : nil
        return text.close(authorization: authorization, body: requestBody)
    }

    // MARK: - The answer

    /// Another answer begins, the first one or the one behind an informational one.
    mutating func beginAnswer() -> Int32 {
        hasWholeHead = false
        answer.removeAll()
        return 0
    }

    /// Counts bytes of the answer's head.
    /// - Returns: whether there is room for them.
    mutating func countHead(_ count: Int) -> Bool {
        headCount += count
        if headCount > headLimit { isTooLarge = true }
        return !isTooLarge
    }

    /// Takes a part of a field's name. Those of trailers, behind the body, are only counted.
    mutating func receiveName(_ bytes: UnsafeRawBufferPointer, status: Int) -> Bool {
        if !hasWholeHead {
            answer.status = status
            answer.appendName(bytes)
        }
        // With the colon, a blank and the line's end.
        return countHead(bytes.count + 4)
    }

    mutating func receiveValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if !hasWholeHead { answer.appendValue(bytes) }
        return countHead(bytes.count)
    }

    mutating func headIsWhole(status: Int) {
        answer.status = status
        hasWholeHead = true
    }
}
