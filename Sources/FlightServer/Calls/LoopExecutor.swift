#if Server
  import NIOCore

  /// Runs tasks on an event loop: what begins there goes on there, without a thread in between that would have to be woken
  /// twice for every batch. The tasks must not block.
  final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }
#endif
