import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing
import ThreadConfinement

/// In a process of its own, which dies.
@Suite(.timeLimit(.minutes(30))) struct CrashAtEndTests {
  @Test func `a process that dies at an interpreter's end names its source`() async throws {
    let end = await #expect(processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]) {
      try Machine.startInOwnProcess()
      CrashReport.install()
      let source = UDFSource(
        """
        import atexit, os
        from clutch import udf
        @udf
        def f(x: int) -> int: return x
        atexit.register(os.abort)
        """, name: "a.py")
      try UDFPool(source, HostOptions(interpreters: 1, policy: .open)).close()
    }
    let errors = String(decoding: try #require(end).standardErrorContent, as: UTF8.self)
    #expect(errors.hasPrefix("clutch: the process died of SIGABRT while an interpreter of a.py was ending\n"))
  }
}
