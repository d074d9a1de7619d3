import CLibcurl
import Logging

/// Access tokens: ``TokenState`` decides, and this does.
extension HTTPCaller {
    /// Makes the transfer that fetches a system's token, if the system has tokens.
    func makeTokenTransfer(_ system: System) throws(CallerError) {
        guard case .oauth2ClientCredentials(let credentials) = system.endpoint.authentication else { return }
        var endpoint = system.endpoint
        endpoint.responseByteLimit = TokenAnswer.byteLimit
        endpoint.baseURL = credentials.tokenURL
        // Fetching a token twice does no harm.
        endpoint.resendsOnDeadConnection = true
        system.tokenTransfer = try makeTransfer(
            system, baseURL: Array(credentials.tokenURL.utf8), endpoint: endpoint, isTokenRequest: true)
    }

    /// Runs a prepared call with the system's token, makes it wait for one, or ends it as not sent.
    func authorize(_ transfer: TransferPointer, _ system: System) {
        let decision = system.tokens.need(now: MonotonicClock.now())
        switch decision.need {
        case .use(let generation):
            writeToken(generation, to: transfer, system)
            run(transfer)
        case .wait:
            transfer.pointee.phase = .waiting
            system.waiting.append(transfer)
        case .fail(let fault): finish(transfer, .notSent(reason: fault))
        }
        if decision.fetches { fetchToken(system) }
    }

    private func writeToken(_ generation: UInt64, to transfer: TransferPointer, _ system: System) {
        if transfer.pointee.tokenGeneration != generation, let value = system.tokens.value {
            transfer.pointee.head.setAuthorization("Authorization: Bearer \(value.revealed)")
            transfer.pointee.tokenGeneration = generation
        }
        if !transfer.pointee.isDirect { transfer.pointee.head.useAuthorization() }
    }

    private func fetchToken(_ system: System) {
        guard case .oauth2ClientCredentials(let credentials) = system.endpoint.authentication,
            let transfer = system.tokenTransfer
        else { return }
        logger.debug("fetching an access token", metadata: ["system": "\(system.endpoint.name)"])
        let request = TokenRequest(credentials: credentials)
        do {
            system.setTokenForm(request.form)
            transfer.pointee.setMethod(Method.post.name, body: system.tokenForm)
            transfer.pointee.setLines(try request.headers(), adding: [], hasToken: false)
            try transfer.pointee.setPath(UnsafeRawBufferPointer(start: nil, count: 0))
        } catch {
            tokenFailed(CallFault(.token, "the token request cannot be made: \(error)"), system)
            return
        }
        transfer.pointee.begin(tag: 0, now: MonotonicClock.now())
        transfer.pointee.phase = .running
        transfer.pointee.isInLibrary = curl_multi_add_handle(multi, transfer.pointee.easy) == CURLM_OK
        if !transfer.pointee.isInLibrary {
            transfer.pointee.phase = .idle
            tokenFailed(CallFault(.token, "the token request cannot be made"), system)
        }
    }

    /// The fetch of a system's token has ended, well or not: the calls that wait for it go on.
    func tokenRequestEnded(_ transfer: TransferPointer, _ system: System) {
        transfer.pointee.phase = .idle
        do {
            let token = try tokenAnswer(transfer)
            system.tokens.obtained(
                token.value, lifetimeSeconds: token.lifetimeSeconds, requestedAt: transfer.pointee.startedAt,
                now: MonotonicClock.now())
            releaseWaiting(system)
        } catch {
            tokenFailed(error, system)
        }
        transfer.pointee.shrink()
    }

    private func tokenAnswer(_ transfer: TransferPointer) throws(CallFault) -> TokenAnswer.Token {
        switch transfer.pointee.outcome() {
        case .answered(let status): try TokenAnswer.parse(status: status, body: transfer.pointee.bodyBytes)
        case .notSent(let fault), .sentNoAnswer(let fault):
            throw CallFault(.token, "the token endpoint gave no answer: \(fault)")
        }
    }

    private func tokenFailed(_ fault: CallFault, _ system: System) {
        logger.warning(
            "no access token could be had",
            metadata: ["system": "\(system.endpoint.name)", "reason": "\(fault.detail)"])
        system.tokens.failed(fault, now: MonotonicClock.now())
        releaseWaiting(system)
    }

    private func releaseWaiting(_ system: System) {
        let waiting = system.waiting
        system.waiting.removeAll(keepingCapacity: true)
        for transfer in waiting { authorize(transfer, system) }
    }

    /// Makes a call once more if its token was refused.
    /// - Returns: whether the call goes on.
    func repeatsAfterRejection(_ transfer: TransferPointer, _ system: System) -> Bool {
        guard case .answered(status: 401) = transfer.pointee.outcome(), !transfer.pointee.isRepetition,
            system.tokens.rejected(generation: transfer.pointee.tokenGeneration, now: MonotonicClock.now())
        else { return false }
        transfer.pointee.beginAgain()
        authorize(transfer, system)
        return true
    }
}
