import PythonRuntime
import WorkerProcess

extension Confinement {
  /// What a policy allows, as the kernel can hold a worker to it.
  init(_ reach: PolicyReach) {
    self.init(
      readable: reach.readable, writable: reach.writable, allowsNetwork: reach.hasNetwork,
      allowsProcesses: reach.hasProcesses)
  }
}
