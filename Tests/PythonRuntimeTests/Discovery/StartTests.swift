import Foundation
import PythonRuntime
import TestSupport
import Testing

/// Each in a process of its own, because CPython starts once.
@Suite(.timeLimit(.minutes(30))) struct StartTests {
  @Test func `reports every candidate when there is none to start, and can be tried again`() async {
    await #expect(processExitsWith: .success) {
      let error = #expect(throws: PythonRuntimeError.self) {
        try CPython.start(PythonDiscovery(explicitPath: "/no/python"))
      }
      #expect(error?.code == .pythonNotFound)
      #expect(error?.message.contains("/no/python (given path): there is no program") == true)
      #expect(CPython.installation == nil)
      try Machine.startInOwnProcess()
    }
  }

  @Test func `reports a library that cannot be loaded`() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let library = try folder.write("lib/libpython3.13.so.1.0", "no library")
      let program = try folder.write(
        "python3",
        """
        #!/bin/sh
        echo '{"implementation": "cpython", "version": [3, 13, 0], "executable": "\(folder.path)/python3",
          "prefix": "\(folder.path)", "base_prefix": "\(folder.path)", "site_packages": [], "free_threaded": false,
          "library_names": ["libpython3.13.so.1.0"], "library_folders": ["\(folder.path)/lib"], "multiarch": ""}'
        """, executable: true)
      let error = #expect(throws: PythonRuntimeError.self) {
        try CPython.start(PythonDiscovery(explicitPath: program))
      }
      #expect(error?.message.contains("\(library) cannot be loaded") == true)
      #expect(error?.message.contains(program) == true)
      try Machine.startInOwnProcess()
    }
  }

  @Test func `starts once, and refuses another one beside it`() async {
    await #expect(processExitsWith: .success) {
      let python = try #require(Machine.installations.first { $0.version >= .supported })
      #expect(CPython.installation == nil)
      #expect(try CPython.start(PythonDiscovery(explicitPath: python.executable)) == python)
      #expect(CPython.installation == python)
      #expect(try CPython.start(PythonDiscovery()) == python)
      #expect(try CPython.start(PythonDiscovery(explicitPath: python.executable)) == python)
      let error = #expect(throws: PythonRuntimeError.self) {
        _ = try SubInterpreter(discovery: PythonDiscovery(explicitPath: "/no/python"))
      }
      #expect(error?.code == .startFailed)
      #expect(error?.message.contains("one CPython per process") == true)
    }
  }

  @Test func `a virtual environment's packages can be imported in every interpreter`() async {
    await #expect(processExitsWith: .success) {
      ThisProcess.end(after: 300)
      let python = try #require(Machine.installations.first { $0.version >= .supported })
      let folder = try TemporaryFolder()
      let venv = folder.path + "/venv"
      let make = try Process.run(
        URL(fileURLWithPath: python.executable), arguments: ["-m", "venv", "--without-pip", venv])
      make.waitUntilExit()
      #expect(make.terminationStatus == 0)
      let installation = try CPython.start(PythonDiscovery(explicitPath: venv))
      #expect(installation.prefix == venv)
      let packages = try #require(installation.sitePackages.first)
      #expect(packages.hasPrefix(venv))
      try Data("answer = 42\n".utf8).write(to: URL(fileURLWithPath: packages + "/only_here.py"))
      for _ in 0..<3 {
        let interpreter = try SubInterpreter()
        let answer = try interpreter.withGIL { py in
          try py.importModule("only_here").attribute("answer").extract(Int.self)
        }
        #expect(answer == 42)
      }
      let other = #expect(throws: PythonRuntimeError.self) {
        try CPython.start(PythonDiscovery(explicitPath: python.executable))
      }
      #expect(other?.message.contains("one CPython per process") == true)
    }
  }
}
