import Flows

/// What the administration port knows of a worker at one moment.
struct WorkerView {
    var flow: String
    var topic: String
    var group: String
    /// The names of the flow's steps and of the systems that they call, by position.
    var steps: [(name: String, system: String)]
    var number: Int
    /// The worker's loop has not ended.
    var isRunning: Bool
    /// How long ago its loop turned.
    var sinceLastTurn: Duration
    var statistics: WorkerStatistics
}

extension WorkerPool {
    /// All workers, as they did a moment ago.
    var views: [WorkerView] {
        zip(settings, handles).map { settings, handle in
            let flow = settings.flow
            return WorkerView(
                flow: flow.name, topic: flow.topic, group: flow.group,
                steps: flow.callNames, number: settings.number,
                isRunning: handle.isRunning, sinceLastTurn: handle.sinceLastTurn(), statistics: handle.statistics)
        }
    }
}
