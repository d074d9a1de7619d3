#!/usr/bin/env python3
"""Breaks the delivery core on purpose, one way at a time, and tells what the simulation says.

    Tests/Mutations/run.py [--seeds N] [NAME ...]

Works in a temporary copy; the exit code is 1 if a break is not caught. Names are those of the table in
docs/simulation.md; without names all are tried.
"""
import ast
import collections
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

MANIFEST = """// swift-tools-version: 6.1
import PackageDescription
let package = Package(
    name: "mutations",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "Delivery"),
        .testTarget(name: "SimulationTests", dependencies: ["Delivery"]),
    ],
    swiftLanguageModes: [.v6]
)
"""

# name, file under Sources/Delivery (or the simulated shell's, under Tests), text, what it becomes; and how many seeds it
# takes at least, where few come by it
MUTATIONS = [
    ("commit passes an unsettled event", "Offsets/OffsetTracker.swift",
     "unsettled.isEmpty ? endOfFetched : pool[unsettled.first].offset",
     "unsettled.isEmpty ? endOfFetched : pool[unsettled.first].offset + 1"),
    ("commit follows what was fetched", "Core/Core+Commits.swift",
     "actions.append(.commit(partitionID(partition), offset: offset, metadata: text))",
     "actions.append(.commit(partitionID(partition), offset: partitions[partition].tracker.nextOffset ?? offset,\n"
     "                       metadata: text))"),
    ("order per key dropped", "Core/Core+Fetching.swift",
     "let mixedKey = orderKey ^ SplitMix64.mix(UInt64(id.index) &+ 1)",
     "let mixedKey = orderKey ^ SplitMix64.mix(UInt64(offset) << 8 | UInt64(id.index) &+ 1)"),
    ("order of a partition kept by key only", "API/Order.swift",
     "case .partition: 0", "case .partition: key"),
    ("next of the key starts when its predecessor backs off", "Core/Core+Running.swift",
     "        setTimer(slot, notBefore: notBefore, now: now)\n        setState(slot, .backingOff, now: now)",
     "        setTimer(slot, notBefore: notBefore, now: now)\n        setState(slot, .backingOff, now: now)\n"
     "        let next = keys.remove(slot, key: events[slot].key)\n"
     "        if next != .none { becomeReady(next, now: now) }\n"
     "        _ = keys.append(slot, key: events[slot].key &+ UInt64(slot) &+ 1 << 40)\n"
     "        events[slot].key = events[slot].key &+ UInt64(slot) &+ 1 << 40"),
    ("event fault treated as target fault", "Systems/FaultClassification.swift",
     ": .eventFault(status: short)", ": .targetFault"),
    ("target fault treated as event fault", "Systems/FaultClassification.swift",
     "case 408, 425, 429, 502, 503, 504: self = .targetFault",
     "case 408, 425, 429, 502, 503, 504: self = .eventFault(status: short)"),
    ("no answer treated as success", "Systems/FaultClassification.swift",
     "            self = .targetFault\n            return",
     "            self = outcome == .sentNoAnswer ? .success : .targetFault\n            return"),
    ("refusals treated as event faults", "Systems/FaultClassification.swift",
     "case 401, 403: self = .refused(status: short)", "case 401, 403: self = .eventFault(status: short)"),
    ("redirects without an alarm", "Systems/FaultClassification.swift",
     "case 300..<400: self = .redirected(status: short)", "case 300..<400: self = .targetFault"),
    ("doubtful answers without a ceiling", "Core/Core+Running.swift",
     "if Int(events[slot].doubtfulAnswers) >= ceiling", "if Int(events[slot].doubtfulAnswers) > ceiling * 100"),
    ("ceiling off by one", "Core/Core+Running.swift",
     "if Int(events[slot].doubtfulAnswers) >= ceiling", "if Int(events[slot].doubtfulAnswers) > ceiling"),
    ("generation not checked", "Events/EventTable.swift",
     "events[Int(id.slot)].generation == id.generation else", "true else"),
    ("result of a lost assignment settles its event", "Core/Core+Drains.swift",
     "        case .calling: setState(slot, .abandonedCall, now: now)\n", "        case .calling: break\n"),
    ("lost events in flight released at once", "Core/Core+Drains.swift",
     "        case .calling: setState(slot, .abandonedCall, now: now)\n",
     "        case .calling:\n            systems[Int(events[slot].system)].concurrency.giveBack()\n"
     "            _ = keys.remove(slot, key: events[slot].key)\n"
     "            letGo(slot, now: now, into: &actions)\n"),
    ("slot of the system not given back by late results", "Core/Core+Running.swift",
     "        events[slot].isTrial = false\n        return noteHealth(",
     "        events[slot].isTrial = false\n"
     "        if events[slot].state == .abandonedCall { systems[Int(events[slot].system)].concurrency.take() }\n"
     "        return noteHealth("),
    ("metadata ignored", "Core/Core+Assignment.swift",
     "settledAhead: ranges)", "settledAhead: [])"),
    ("metadata with a wrong base", "Core/Core+Assignment.swift",
     "settledAhead: ranges)", "settledAhead: ranges.map { $0.lowerBound + 1..<$0.upperBound + 1 })"),
    ("metadata not bound to its offset", "Offsets/CommitMetadata.swift",
     "crc.add(UInt8(truncatingIfNeeded: offset >> Int64(shift)))", "crc.add(UInt8(truncatingIfNeeded: shift))"),
    ("what an earlier assignment settled is forgotten by the next commit", "Offsets/OffsetTracker.swift",
     "for run in inherited[inheritedIndex...] where run.upperBound > max(nextOffset, watermark) {",
     "for run in inherited[inheritedIndex...] where run.upperBound < 0 {"),
    ("metadata not throttled", "Offsets/MetadataBudget.swift",
     "if (span + 7) / 8 <= Int64(bodyLimit) { return true }", "if span >= 0 { return true }"),
    ("throttled for good", "Core/Core+Starting.swift",
     "return isInStartWindow(holder, of: partition) ? holder : nil", "return nil"),
    ("park counted before the acknowledgement", "Core/Core+Running.swift",
     "        setState(slot, .parking, now: now)\n        actions.append(.park(events.id(slot), events[slot].parkReason))",
     "        actions.append(.park(events.id(slot), events[slot].parkReason))\n"
     "        settle(slot, .parked, now: now, into: &actions)"),
    ("failed dead letter counted as parked", "Core/Core+Running.swift",
     "        } else if succeeded {\n            settle(slot, .parked", "        } else if true {\n            settle(slot, .parked"),
    ("failed dead letter not tried again", "Core/Core+Running.swift",
     "        case .parkBackingOff: writeDeadLetter(slot, now: now, into: &actions)\n",
     "        case .parkBackingOff: break\n"),
    ("back-off holds the slot of the system", "Core/Core+Running.swift",
     "        systems[system].concurrency.giveBack()\n",
     "        if verdict.isHealthy { systems[system].concurrency.giveBack() }\n"),
    ("no drain on revocation", "Core/Core+Assignment.swift",
     "case .active where !lost: beginDrain(partition, until: deadline, now: now, into: &actions)",
     "case .active where !lost: forget(partition, now: now, into: &actions)"),
    ("drain without a deadline", "Core/Core+Drains.swift",
     "partitions[partition].drainDeadline <= now {", "partitions[partition].drainDeadline > .distantFuture {"),
    ("drain starts what waits", "Core/Core+Drains.swift",
     "        return event.isInFlight\n", "        return event.isInFlight || event.state == .queued\n"),
    ("no commit before the acknowledgement", "Core/Core+Drains.swift",
     "        if partitions[partition].commit.isReady(now) {\n            commit(partition, now: now, into: &actions)\n        } else if partitions[partition].commit.isIdle {",
     "        if true {"),
    ("acknowledgement does not wait for the commit's answer", "Core/Core+Drains.swift",
     "        } else if partitions[partition].commit.isIdle {",
     "        }\n        if partitions[partition].commit.pendingOffset != nil || partitions[partition].commit.isIdle {"),
    ("shutdown takes new events", "Core/Core+Drains.swift",
     "        partitions[partition].phase = .draining\n",
     "        partitions[partition].phase = isShuttingDown ? .active : .draining\n"),
    ("several commits in flight", "Offsets/CommitSchedule.swift",
     "isDirty && pendingOffset == nil && retryAt <= now", "isDirty && retryAt <= now"),
    ("failed commit not repeated", "Offsets/CommitSchedule.swift",
     "            isDirty = true\n            self.retryAt = retryAt\n", "            self.retryAt = retryAt\n"),
    ("lost commit waited for", "Offsets/CommitSchedule.swift",
     "guard pendingOffset != nil, pendingSince", "guard pendingOffset == .min, pendingSince"),
    ("buffer bound not enforced", "Events/BufferBounds.swift",
     "guard events >= limits.events || bytes >= limits.bytes else { return false }",
     "guard events < 0 else { return false }"),
    ("bound of bytes not enforced", "Events/BufferBounds.swift",
     "guard events >= limits.events || bytes >= limits.bytes else { return false }",
     "guard events >= limits.events else { return false }"),
    ("never resumed", "Events/BufferBounds.swift",
     "guard events <= limits.eventsLow, bytes <= limits.bytesLow else { return false }",
     "guard events < 0 else { return false }"),
    ("pause not repeated for a new assignment", "Core/Core+Assignment.swift",
     "            actions.append(.pause(id))\n        } else if isPaused {", "        } else if isPaused {"),
    ("Retry-After ignored", "Core/Core+Running.swift",
     "granted = systems[system].postpone(by: retryAfter.wholeNanoseconds, now: now)",
     "granted = retryAfter.wholeNanoseconds"),
    ("circuit never opens", "Systems/CircuitBreaker.swift",
     "guard isRefusal || faults >= threshold else { return false }", "guard threshold < 0 else { return false }"),
    ("refusal does not open the circuit", "Systems/CircuitBreaker.swift",
     "guard isRefusal || faults >= threshold else { return false }",
     "guard faults >= threshold else { return false }"),
    ("half-open circuit lets everything through", "Systems/CircuitBreaker.swift",
     "case .halfOpen: trialInFlight ? 0 : 1", "case .halfOpen: .max"),
    ("circuit never tried", "Systems/CircuitBreaker.swift",
     "guard state == .open, let until = openUntil, until <= now else { return false }",
     "guard state == .open, let until = openUntil, until < .zero else { return false }"),
    ("concurrency not limited", "Systems/SystemState.swift",
     "min(concurrency.free, circuit.allowance,", "min(concurrency.free + 1, circuit.allowance,"),
    ("alarm not cleared", "Core/Core+Running.swift",
     "case .success: alarm = nil\n", "case .success: return\n"),
    ("step behind a success left out", "Core/Core+Running.swift",
     "prepare(slot, step: events[slot].step + 1, now: now, into: &actions)",
     "settle(slot, .applied, now: now, into: &actions)"),
    ("first step repeated after a success", "Core/Core+Running.swift",
     "prepare(slot, step: events[slot].step + 1, now: now, into: &actions)",
     "prepare(slot, step: events[slot].attempts > 0 ? events[slot].step : events[slot].step + 1, now: now,\n"
     "                    into: &actions)"),
    ("rate not limited", "Systems/SystemState.swift",
     "bucket?.available ?? .max", ".max"),
    ("tokens come twice", "Systems/TokenBucket.swift",
     "elapsed * perSecond / 1e9", "elapsed * perSecond / 0.5e9"),
    ("no deadline for the next token", "Systems/SystemState.swift",
     "circuit.allowance > 0 && concurrency.free > 0 ? bucket?.nextToken : nil", "nil"),
    ("adaptive limit above its ceiling", "Systems/AdaptiveConcurrency.swift",
     "current = min(ceiling, isStarting ? current * 2 : current + 1)",
     "current = isStarting ? current * 2 : current + 1"),
    ("timer of a withdrawn event kept", "Core/Core+Drains.swift",
     "        case .backingOff, .parkBackingOff, .recordBackingOff: timers.cancel(slot)\n", ""),
    ("withdrawn events counted as settled", "Core/Core+Drains.swift",
     "        if event.isTracked {\n            setState(slot, .withdrawn, now: now)\n",
     "        if event.isTracked {\n            setState(slot, .withdrawn, now: now)\n"
     "            _ = partitions[Int(event.partition)].tracker.settle(slot, in: &offsets)\n"
     "            events.free(slot)\n"),
    ("key of an abandoned call not held", "Core/Core+Drains.swift",
     "            } else {\n                core.events[slot].isTracked = false\n",
     "            } else {\n                core.events[slot].isTracked = false\n"
     "                if core.events[slot].state == .calling {\n"
     "                    let key = core.events[slot].key\n"
     "                    _ = core.keys.remove(slot, key: key)\n"
     "                    core.events[slot].key = key &+ UInt64(slot) &+ 1 << 40\n"
     "                    _ = core.keys.append(slot, key: core.events[slot].key)\n"
     "                }\n"),
    ("receipt not waited for", "Core/Core+Running.swift",
     "                record(slot, .receipt, now: now, into: &actions)", "                goOn(slot, now: now, into: &actions)"),
    ("failed receipt counted as written", "Core/Core+Recording.swift",
     "        } else if succeeded {\n            endRecording", "        } else if true {\n            endRecording"),
    ("failed receipt not written again", "Core/Core+Running.swift",
     "        case .recordBackingOff: writeRecord(slot, now: now, into: &actions)\n",
     "        case .recordBackingOff: break\n"),
    ("parked key not marked", "Core/Core+Running.swift",
     "        } else if succeeded, configuration.marksParkedKeys {",
     "        } else if succeeded, configuration.backOff.initial < .zero {"),
    ("drain does not wait for receipts", "Events/EventTable.swift",
     "case .calling, .probing, .parking, .recording, .preparing: true",
     "case .calling, .probing, .parking, .preparing: true"),
    ("receipt of a lost assignment lets its event go on", "Core/Core+Drains.swift",
     "        case .recording: setState(slot, .abandonedRecord, now: now)\n", "        case .recording: break\n"),
    ("timer of a withdrawn receipt kept", "Core/Core+Drains.swift",
     "        case .backingOff, .parkBackingOff, .recordBackingOff: timers.cancel(slot)\n",
     "        case .backingOff, .parkBackingOff: timers.cancel(slot)\n"),
    ("shell: receipts not looked at", "Tests/SimulationTests/World/Receipts.swift",
     "known[world.plan.records[record].partition]?.view.effects.contains(record * 8 + step) ?? false", "false"),
    ("shell: later events of a parked key run", "Tests/SimulationTests/World/Receipts.swift",
     "        return record.offset > parked.upperBound ? (.behindParked, .fault(.behindParked)) : nil",
     "        return nil"),
    ("shell: stale events run", "Tests/SimulationTests/World/Receipts.swift",
     "        return version < applied", "        return version < applied - 1_000"),
    ("shell: events of the applied version taken for stale", "Tests/SimulationTests/World/Receipts.swift",
     "        return version < applied", "        return version <= applied"),
    ("probe skipped after an unknown outcome", "Core/Core+Probing.swift",
     "        events[slot].isEffectUnknown = true\n        if case .answered",
     "        events[slot].isEffectUnknown = false\n        if case .answered"),
    ("an answer that is an error leaves no doubt", "Core/Core+Probing.swift",
     "guard outcome != .notSent, let policy", "guard outcome == .sentNoAnswer, let policy"),
    ("redelivered events not probed", "Core/Core+Probing.swift",
     "        events[slot].isEffectUnknown = true\n        events[slot].probeNotBefore",
     "        events[slot].isEffectUnknown = false\n        events[slot].probeNotBefore"),
    ("start window not enforced", "Core/Core+Probing.swift",
     "return offsets[slot].offset - base < startWindow", "return offsets[slot].offset - base < startWindow || true"),
    ("start window follows the watermark, not the commit", "Core/Core+Probing.swift",
     "partitions[partition].commit.committed ?? partitions[partition].firstOffset",
     "partitions[partition].tracker.watermark(in: offsets)"),
    ("start window never moves", "Core/Core+Probing.swift",
     "guard partitions[partition].isWindowFull else { return }", "return"),
    ("unanswered probe treated as a miss", "Core/Core+Probing.swift",
     "case .doubtful, .targetFault, .refused, .redirected: meaning = .unanswered",
     "case .doubtful, .targetFault, .refused, .redirected: meaning = .miss"),
    ("hit treated as a miss", "Core/Core+Probing.swift",
     "case .hit: meaning = .hit", "case .hit: meaning = .miss"),
    ("miss treated as a hit", "Core/Core+Probing.swift",
     "case .eventFault(404): meaning = .miss", "case .eventFault(404): meaning = .hit"),
    ("probe does not wait after an unknown outcome", "Core/Core+Probing.swift",
     "return max(0, policy.settleAfter.wholeNanoseconds)", "return 0"),
    ("probe does not wait after an assignment", "Core/Core+Probing.swift",
     "partition.quietSince + policy.settleAfter", "partition.quietSince"),
    ("drain calls after a miss", "Core/Core+Probing.swift",
     "if isDraining(slot), !events[slot].isApplied {", "if false {"),
    ("batches of one event too many", "Events/BatchTable.swift",
     "self.policy.items = min(max(1, policy.items), Int(UInt16.max))", "self.policy.items = policy.items + 1"),
    ("bytes of a batch not bounded", "Events/BatchTable.swift",
     " && self.byteCount + byteCount <= policy.bytes)", ")"),
    ("batch lingers too long", "Core/Core+Batching.swift",
     "max(0, policy.linger.wholeNanoseconds)", "3 * max(0, policy.linger.wholeNanoseconds)"),
    ("batch that is not full never goes", "Core/Core+Batching.swift",
     "if batches[number].dueAt <= now { queueBatch(number) }", "if false { queueBatch(number) }"),
    ("failed batch not halved", "Systems/BatchAnswer.swift",
     "return UInt16(clamping: count / 2)", "return UInt16(clamping: count)"),
    ("events parked for a fault of their batch", "Systems/BatchAnswer.swift",
     "return whole.verdict.isHealthy", "return false"),
    ("silence about an event taken for success", "Systems/BatchAnswer.swift",
     "?? .sentNoAnswer\n", "?? .answered(status: 200, retryAfter: nil)\n"),
    ("events told the outcome of the first", "Core/Core+Batching.swift",
     "let verdict = answer.verdict(of: position)", "let verdict = answer.verdict(of: 0)"),
    ("a batch that failed in part counts as failed", "Systems/BatchAnswer.swift",
     "items.first { $0.verdict == .success } ?? items.first { $0.verdict.isHealthy } ?? items.first",
     "items.first { !$0.verdict.isHealthy } ?? items.first"),
    ("events in doubt join a batch unasked", "Core/Core+Batching.swift",
     "!openBatches.isEmpty, !events[slot].isEffectUnknown, !events[slot].isCompensating",
     "!openBatches.isEmpty, !events[slot].isCompensating"),
    ("drain sends the batches that wait", "Core/Core+Drains.swift",
     "(event.state == .queued && event.isApplied && !event.isCompensating",
     "(event.state == .queued && (event.isApplied || event.batch != Batch.none) && !event.isCompensating"),
    ("events follow into another call", "Core/Core+Following.swift",
     "            open[isRetry: isRetried(slot)] == events[leader].batch\n", "            true\n"),
    ("a success behind a failure of its key counts", "Core/Core+Batching.swift",
     "events[slot].isFollowing && !(verdict == .success && isBehindSuccess(slot))",
     "events[slot].isFollowing && verdict != .success"),
    ("a failure behind a success of its key counts", "Core/Core+Batching.swift",
     "events[slot].isFollowing && !(verdict == .success && isBehindSuccess(slot))",
     "events[slot].isFollowing && !isBehindSuccess(slot)"),
    ("events settled before the one in front of them", "Core/Core+Settling.swift",
     "if events[slot].isFollowing { return finish(slot, settlement, now: now, into: &actions) }", ""),
    ("finished events forgotten", "Core/Core+Settling.swift",
     "return isDone ? next : .none", "return .none"),
    ("finished events settled though the one in front is let go", "Core/Core+Following.swift",
     "            withdraw(slot, now: now, into: &actions)\n        } else {",
     "            events[slot].isFollowing = false\n"
     "            settle(slot, settlement, now: now, into: &actions)\n        } else {", 8_000),
    ("what is taken back is no longer in doubt", "Core/Core+Following.swift",
     "events[slot].isTakenBack = true", "events[slot].isTakenBack = false", 1_200),
    ("what is taken back is asked about at once", "Core/Core+Following.swift",
     "max(events[slot].probeNotBefore, now.advanced(byNanoseconds: notBefore))", "events[slot].probeNotBefore", 4_000),
    ("what follows is prepared as if it were its turn", "Core/Core+Running.swift",
     "            || preparedFollower(slot, result, now: now, into: &actions)\n", ""),
    ("compensated before the decision is durable", "Core/Core+Compensating.swift",
     "guard !events[slot].isFailureRecorded else { return false }", "return false"),
    ("parked without compensation", "Core/Core+Compensating.swift",
     "hasCompensations && !events[slot].isCompensating",
     "hasCompensations && !events[slot].isCompensating && !events[slot].isApplied"),
    ("refused compensation parked for the first reason", "Core/Core+Running.swift",
     "events[slot].isCompensating ? .compensation : reason", "reason"),
    ("compensation judged by its step's doubtful statuses", "Core/Core+Compensating.swift",
     "        if events[slot].isCompensating {\n            return", "        if false {\n            return"),
    ("goes forward after a compensation", "Core/Core+Running.swift",
     "if events[slot].isCompensating { return prepareCompensation", "if false { return prepareCompensation"),
    ("drain begins a compensation", "Core/Core+Running.swift",
     "if isDraining(slot), events[slot].isCompensating || !systems", "if isDraining(slot), !systems"),
    ("compensations left when one is refused by its system for a while", "Core/Core+Running.swift",
     "        case .targetFault, .refused, .redirected:\n            backOff(",
     "        case .targetFault where events[slot].isCompensating:\n"
     "            park(slot, .malformed, now: now, into: &actions)\n"
     "        case .targetFault, .refused, .redirected:\n            backOff("),
    ("shell: decisions of earlier owners not looked at", "Tests/SimulationTests/World/Evaluating.swift",
     "answerOfKey(record) ?? answerOfFailure(index)", "answerOfKey(record)"),
    ("shell: first step undone first", "Tests/SimulationTests/World/Compensating.swift",
     "made.reversed().filter", "made.filter"),
    ("shell: steps undone that had no effect", "Tests/SimulationTests/World/Compensating.swift",
     "world.plan.steps.indices.filter { hasReceipt(content.record, $0) }", "Array(world.plan.steps.indices)"),
    ("shell: receipts of compensations not looked at", "Tests/SimulationTests/World/Compensating.swift",
     "failure.undo.first(where: { !hasReceipt(record, $0 + Plan.undo) })", "failure.undo.first"),
]


# For one break: seconds, and bytes.
PATIENCE = 300
MEMORY = 4 << 30


def prepare(directory):
    (directory / "Package.swift").write_text(MANIFEST)
    shutil.copytree(ROOT / "Sources/Delivery", directory / "Sources/Delivery", dirs_exist_ok=True)
    shutil.copytree(ROOT / "Tests/SimulationTests", directory / "Tests/SimulationTests", dirs_exist_ok=True)


def run(directory, seeds):
    """Returns the number of failing seeds by what was violated; None where it does not compile."""
    build = subprocess.run(["swift", "build", "--build-tests", "-j", "2"], cwd=directory, capture_output=True, text=True)
    if build.returncode:
        print("\n".join(line for line in build.stdout.splitlines() if "error:" in line))
        return None
    environment = dict(os.environ, SEEDS=str(seeds), TALLY="1")
    # Some breaks go round in a circle for ever, or fill the memory while they do.
    test = subprocess.Popen(
        ["swift", "test", "--skip-build"], cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace",  # two tests may write at once
        env=environment, start_new_session=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)))
    try:
        output, _ = test.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(test.pid, signal.SIGKILL)
        test.communicate()
        return collections.Counter({"does not end": 1})
    tally = collections.Counter()
    for line in re.findall(r"tally (\[.*\])", output):
        tally.update(ast.literal_eval("{" + line[1:-1] + "}"))
    if test.returncode and not tally:
        tally["trap in the core"] = 1
    return tally


def main():
    arguments = sys.argv[1:]
    seeds = 400
    if arguments[:1] == ["--seeds"]:
        seeds = int(arguments[1])
        arguments = arguments[2:]
    uncaught = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        prepare(directory)
        for mutation, file, text, becomes, *least in MUTATIONS:
            if arguments and mutation not in arguments:
                continue
            path = directory / ("" if file.startswith("Tests/") else "Sources/Delivery") / file
            original = path.read_text()
            if original.count(text) != 1:
                print(f"{mutation}: the text to break is there {original.count(text)} times")
                uncaught += 1
                continue
            path.write_text(original.replace(text, becomes))
            count = max([seeds, *least])
            tally = run(directory, count)
            path.write_text(original)
            promises = {what: times for what, times in (tally or {}).items() if ": " not in what}
            total = sum(promises.values())
            caught = ", ".join(f"{what} {times}" for what, times in sorted(promises.items(), key=lambda item: -item[1]))
            print(f"| {mutation} | {total} of {count} | {caught or 'NOT CAUGHT'} |", flush=True)
            if "-v" in os.environ.get("MUTATION_FLAGS", ""):
                for what, times in tally.most_common(8):
                    print("     ", times, what)
            if not total:
                uncaught += 1
    sys.exit(1 if uncaught else 0)


main()
