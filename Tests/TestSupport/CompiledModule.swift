import Foundation

/// Extension modules that are compiled for a test, such as isolated interpreters do not take.
package enum CompiledModule {
  /// What is wrong with it in isolated interpreters.
  package enum Kind {
    /// It has one phase, which CPython runs in the main interpreter before it refuses the module.
    case refused
    /// The same, and it raises there, as one does that does not find the modules of its own package.
    case raising
  }

  /// Compiles one.
  ///
  /// No header of CPython's is needed: what is declared here is the same in all versions that have a GIL.
  ///
  /// - Parameters:
  ///   - name: of the module, without its packages.
  ///   - number: the value of its `NUMBER`.
  package static func make(_ kind: Kind, _ name: String, in folder: String, number: Int = 1) throws {
    let text = """
      struct definition {
        long references; void *type, *init; long index; void *copy;
        const char *name, *text; long size;
        void *methods, *slots, *traverse, *clear, *free;
      };
      extern void *PyModule_Create2(struct definition *, int);
      extern int PyModule_AddIntConstant(void *, const char *, long);
      extern void *PyImport_ImportModule(const char *);
      static struct definition definition = {1, 0, 0, 0, 0, "\(name)", 0, -1, 0, 0, 0, 0, 0};
      void *PyInit_\(name)(void) {
        if (\(kind == .raising ? 1 : 0)) return PyImport_ImportModule("no_such_package.no_such_module");
        void *module = PyModule_Create2(&definition, 1013);
        if (module) PyModule_AddIntConstant(module, "NUMBER", \(number));
        return module;
      }

      """
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let source = "\(folder)/\(name).c"
    try Data(text.utf8).write(to: URL(fileURLWithPath: source))
    defer { try? FileManager.default.removeItem(atPath: source) }
    let compiler = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"),
      arguments: ["clang", "-shared", "-fPIC", "-w"] + later + ["-o", "\(folder)/\(name).so", source])
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  #if canImport(Darwin)
    /// CPython's functions are found when the module is loaded.
    private static let later = ["-undefined", "dynamic_lookup"]
  #else
    private static let later: [String] = []
  #endif
}
