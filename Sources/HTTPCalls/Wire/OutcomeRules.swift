import CLibcurl

extension Transfer {
    /// What a finished run means.
    ///
    /// The line between "not sent" and "sent, no answer" is whether the request was ever begun on a ready connection
    /// (``TransferCallbacks/beforeRequest``). A request begun but not written (a kept connection found dead at once,
    /// and no new one to be had) counts as sent: that cannot be told from one that was written in part.
    func outcome() -> CallOutcome {
        if let verdict { return verdict }
        if result == CURLE_OK {
            let status = status
            if status >= 200, hasWholeHead { return .answered(status: status) }
            return .sentNoAnswer(reason: CallFault(.connectionLost, "the answer's head is incomplete"))
        }
        return begun == 0 ? .notSent(reason: unsentFault()) : .sentNoAnswer(reason: unansweredFault())
    }

    private var detail: String {
        let text = String(cString: message)
        return text.isEmpty ? Library.text(result) : text
    }

    private func unsentFault() -> CallFault {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: CallFault(.nameResolution, detail)
        case CURLE_OPERATION_TIMEDOUT: CallFault(.connectTimeout, detail)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_CRL_BADFILE,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT:
            CallFault(.tls, detail)
        case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
            CallFault(.connection, detail)
        default: CallFault(.other, detail)
        }
    }

    var tooLargeFault: CallFault? {
        guard isTooLarge else { return nil }
        let bodyIsTooLarge = headCount <= headLimit
        return CallFault(
            .responseTooLarge,
            bodyIsTooLarge ? "the body exceeds \(bodyLimit) bytes" : "the head exceeds \(headLimit) bytes")
    }

    private func unansweredFault() -> CallFault {
        if let tooLargeFault { return tooLargeFault }
        return switch result {
        case CURLE_OPERATION_TIMEDOUT: CallFault(.timeout, detail)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_BAD_CONTENT_ENCODING:
            CallFault(.invalidResponse, detail)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_COULDNT_CONNECT,
            CURLE_SSL_CONNECT_ERROR, CURLE_ABORTED_BY_CALLBACK:
            CallFault(.connectionLost, detail)
        default: CallFault(.other, detail)
        }
    }
}
