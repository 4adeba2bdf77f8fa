import PythonRuntime

/// The CPython that environments are for.
enum PythonChoice {
  /// The one that runs in this process, else the one that would.
  ///
  /// - Throws: `EnvironmentError` with code `pythonDoesNotFit`; `PythonRuntimeError` when there is none at all.
  static func installation(_ discovery: PythonDiscovery) throws -> PythonInstallation {
    if let running = CPython.installation {
      guard let refusal = discovery.refusal(of: running) else { return running }
      throw EnvironmentError(
        .pythonDoesNotFit,
        "\(refusal). This process runs \(running.executable) already, and can run no other.")
    }
    let candidates = discovery.search()
    if let installation = PythonDiscovery.choose(from: candidates) { return installation }
    throw refusal(candidates, discovery) ?? PythonRuntimeError(.pythonNotFound, CPython.explanation(of: candidates))
  }

  /// Why a Python that was asked for does not do, where that is its version alone.
  private static func refusal(_ candidates: [PythonCandidate], _ discovery: PythonDiscovery) -> (any Error)? {
    var search = discovery
    search.requirements = []
    guard !discovery.requirements.isEmpty, let found = PythonDiscovery.choose(from: search.search()) else { return nil }
    let wanted = discovery.requirements.map { "\($0.origin ?? "a source") requires \($0)" }.joined(separator: ", ")
    guard discovery.explicitPath == nil else {
      return EnvironmentError(
        .pythonDoesNotFit,
        "\(found.executable), which was asked for, is CPython \(found.version), but \(wanted). Name another Python.")
    }
    return EnvironmentError(
      .pythonDoesNotFit,
      """
      No CPython here fits: \(wanted). \(CPython.explanation(of: candidates))
      """)
  }
}

extension PythonDiscovery {
  /// Sees to it that there is a CPython that all requirements allow; does nothing where there are none.
  ///
  /// - Throws: `EnvironmentError` with code `pythonDoesNotFit`; `PythonRuntimeError` when there is none at all.
  package func requireFitting() throws {
    if !requirements.isEmpty { _ = try PythonChoice.installation(self) }
  }
}
