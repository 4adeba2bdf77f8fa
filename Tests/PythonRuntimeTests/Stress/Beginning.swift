import Foundation
import PythonRuntime
import TestSupport
import Testing

/// Returns when the interpreter has begun to run something that does not return.
func begin(_ interpreter: SubInterpreter, _ source: String) {
  guard let folder = try? TemporaryFolder() else { return }
  let begun = folder.path + "/begun"
  Thread.detachNewThread {
    try? interpreter.withGIL { py in
      try py.mainModule().setAttribute("begun", to: begun)
      try py.run("import time\nopen(begun, 'w').close()\n\(source)")
    }
  }
  #expect(eventually { FileManager.default.fileExists(atPath: begun) })
}

/// Returns when the interpreter, which is being closed, has begun to run an exit function that does not return.
func beginEnd(_ interpreter: SubInterpreter, by close: @escaping @Sendable () -> Void) throws {
  let folder = try TemporaryFolder()
  let begun = folder.path + "/begun"
  try interpreter.withGIL { py in
    try py.mainModule().setAttribute("begun", to: begun)
    try py.run(
      """
      import atexit, json, asyncio, time
      def hang():
          open(begun, 'w').close()
          time.sleep(1_000)
      atexit.register(hang)
      """)
  }
  Thread.detachNewThread(close)
  #expect(eventually { FileManager.default.fileExists(atPath: begun) })
}
