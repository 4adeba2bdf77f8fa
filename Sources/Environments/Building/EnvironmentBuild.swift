import Essentials
import Functions
import HostSupport
import PythonRuntime

/// Builds an environment, in a folder that gets its name when it is whole.
struct EnvironmentBuild {
  private let request: EnvironmentRequest
  private let store: EnvironmentStore
  private let key: String
  private let secrets: Secrets
  private let deadline: ContinuousClock.Instant?

  init(_ request: EnvironmentRequest, in store: EnvironmentStore, _ key: String) {
    self.request = request
    self.store = store
    self.key = key
    secrets = Secrets(request.options.environment, request.requirements + [request.options.indexURL ?? ""])
    deadline = request.options.buildTimeout.map { ContinuousClock.now.advanced(by: $0) }
  }

  private var options: EnvironmentOptions { request.options }
  private var isWanted: Bool { options.isWanted() && (deadline.map { ContinuousClock.now < $0 } ?? true) }

  /// Gives the environment, and builds it if nobody has. Others that build the same are waited for.
  ///
  /// - Throws: `EnvironmentError`.
  func run() throws -> EnvironmentRecord {
    do {
      // One that is there can be used also where nothing can be built.
      if FileManager.default.fileExists(atPath: store.marker(key)) {
        try store.check()
        if let record = try taken() { return record }
      }
      try store.make()
      let lock = try FileLock.wait(store.lock(key), .exclusive, while: { isWanted }) {
        options.progress("\(request.source.name): waiting for another process that builds its environment")
      }
      guard let lock else { throw interrupted }
      return try withExtendedLifetime(lock) {
        if let record = try taken() { return record }
        store.remove(key)
        return try build()
      }
    } catch let problem as FileProblem {
      throw problem.error
    }
  }

  /// The environment if it is there, whole and not being removed; it is in use then.
  private func taken() throws(FileProblem) -> EnvironmentRecord? {
    do { guard try UsedEnvironments.take(store.use(key)) else { return nil } } catch {
      // Where nothing can be made, nothing can be removed.
      guard error.isReadOnly else { throw error }
    }
    return store.record(key)
  }

  private var interrupted: EnvironmentError {
    let isLate = deadline.map { $0 <= ContinuousClock.now } ?? false
    return EnvironmentError(
      .interrupted,
      "Building the environment of \(request.source.name) \(isLate ? "took longer than it may" : "was interrupted").")
  }

  // MARK: Building

  private func build() throws -> EnvironmentRecord {
    store.removeDeadDrafts()
    let draft = store.draft(key)
    RunningPrograms.add(folder: draft)
    defer { RunningPrograms.remove(folder: draft) }
    guard mkdir(draft, 0o700) == 0 else { throw FileProblem(errno, draft) }
    var isWhole = false
    defer { if !isWhole { store.remove(key) } }
    let start = ContinuousClock.now
    let python = request.python
    var installer = try Installer.find(options.environment, python, wanted: options.installer)
    let count = request.requirements.count
    options.progress(
      """
      \(request.source.name): building an environment of \(count) \
      \(count == 1 ? "package and what it needs" : "packages and what they need") \
      (\(installer.kind.rawValue), CPython \(python.version))
      """)
    let version = "\(python.version.major).\(python.version.minor)"
    let packages = "lib/python\(version)/site-packages"
    try install(with: &installer, into: draft, packages: "\(draft)/\(packages)")
    let final = store.environment(key)
    guard rename(draft, final) == 0 else { throw FileProblem(errno, final) }
    EnvironmentStore.seal(final)
    let record = EnvironmentRecord(
      source: request.source.path ?? request.source.name, requirements: request.requirements.map(Secrets.withoutUsers),
      isLocked: request.lock != nil, pythonVersion: "\(python.version)", python: python.executable,
      installer: installer.name, sitePackages: packages,
      distributions: Self.distributions(in: "\(final)/\(packages)"),
      byteCount: EnvironmentStore.byteCount(of: final), built: Date())
    try store.write(record, key)
    guard try taken() != nil else {
      throw EnvironmentError(.buildFailed, "\(final) was built and is not whole: it has no folder \(packages).")
    }
    isWhole = true
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let installed = record.distributions.count
    options.progress(
      """
      \(request.source.name): built in \((seconds * 10).rounded() / 10) s: \(installed) package\(installed == 1 ? "" : "s"), \
      \(ByteCount(record.byteCount))
      """)
    return record
  }

  private func install(with installer: inout Installer, into draft: String, packages: String) throws {
    let requirements = draft + "/requirements.txt"
    let python = draft + "/bin/python"
    let hashes = request.lock == nil ? [] : ["--require-hashes"]
    switch installer.kind {
    case .uv:
      try run(
        installer.program,
        ["venv", "--quiet", "--python", request.python.executable, "--relocatable", "--allow-existing", draft], draft)
      try write(requirements)
      let only = options.allowsBuilds ? [] : ["--only-binary", ":all:"]
      try run(
        installer.program,
        ["pip", "install", "--python", python] + only + hashes + ["-r", requirements], draft)
      try compile(packages, draft)
    case .pip:
      let program = request.python.executable
      if let own = OwnPip(program, environment) {
        installer = Installer(kind: .pip, program: program, name: "pip \(own.version)")
        try run(program, ["-I", "-m", "venv", "--without-pip", draft], draft)
        try write(requirements)
        let pip = PipRun(folder: own.folder, allowsBuilds: options.allowsBuilds)
        try run(python, pip.arguments(["install"] + hashes + ["-r", requirements]), draft)
      } else {
        try run(program, ["-I", "-m", "venv", draft], draft, isFirst: true)
        try write(requirements)
        let pip = PipRun(folder: nil, allowsBuilds: options.allowsBuilds)
        try run(python, pip.arguments(["install"] + hashes + ["-r", requirements]), draft)
        removePip(from: packages)
      }
    }
    unlink(requirements)
  }

  /// Compiles what was installed, as pip does. Neither the environment's Python does it, which runs lines of packages (`.pth`
  /// files) when it starts, nor uv, which has that do it.
  private func compile(_ packages: String, _ folder: String) throws {
    let modules = EnvironmentStore.fileCount(in: packages, suffix: ".py")
    let count = min(ProcessorCount.available, Self.mostCompilers, 1 + modules / 100)
    let program = String(decoding: PackageResources.compile_packages_py, as: UTF8.self)
    let runs = try (0..<count).map { place in
      try ProgramRun(
        request.python.executable, ["-I", "-S", "-c", program, packages, "\(place)", "\(count)"],
        environment: environment, folder: folder)
    }
    for run in runs {
      let outcome = try finish(run)
      if !outcome.succeeded { try checkSpace(outcome.messages) }
    }
  }

  private static let mostCompilers = 8

  /// Takes the pip away that was there to install with: for the same reason without the environment's Python.
  private func removePip(from packages: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: packages)) ?? []
    where name == "pip" || name.hasPrefix("pip-") && name.hasSuffix(".dist-info") {
      EnvironmentStore.removeTree("\(packages)/\(name)")
    }
  }

  private var environment: [String: String] { request.installerEnvironment }

  /// A file, because what stands on a command line can be read by everybody on the machine.
  private func write(_ path: String) throws(FileProblem) {
    let text = request.lock?.text ?? request.requirements.joined(separator: "\n") + "\n"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileProblem(errno, path) }
    defer { close(descriptor) }
    guard Bytes.write(Array(text.utf8), to: descriptor) else { throw FileProblem(ENOSPC, path) }
  }

  /// - Parameter isFirst: whether there may be no pip.
  private func run(_ program: String, _ arguments: [String], _ folder: String, isFirst: Bool = false) throws {
    let outcome = try finish(ProgramRun(program, arguments, environment: environment, folder: folder)) { line in
      options.progress("  " + secrets.masked(line))
    }
    guard !outcome.succeeded else { return }
    let said = secrets.masked(outcome.messages)
    try checkSpace(said)
    let what = "The environment of \(request.source.name) could not be built with CPython \(request.python.version)"
    guard !isFirst else {
      throw EnvironmentError(
        .noInstaller,
        """
        \(what): there is no uv, and \(request.python.executable) has no pip and makes no virtual environment. Install uv \
        (pip install uv), or pip for that Python (on Debian and Ubuntu its -venv package).
        \(said)
        """)
    }
    let advice = advice(said)
    throw EnvironmentError(
      .buildFailed, "\(what):\n\(said)\(advice)", ownMessage: "\(what); what the installer said stands above.\(advice)")
  }

  private func finish(_ run: ProgramRun, line: (String) -> Void = { _ in }) throws -> ProgramRun.Outcome {
    do { return try run.wait(while: { isWanted }, line: line) } catch {
      throw error.code == .interrupted ? interrupted : error
    }
  }

  private func checkSpace(_ said: String) throws {
    guard said.contains("No space left on device") || said.contains("os error 28") else { return }
    throw EnvironmentError.noSpace(store.folder, "the installer says so:\n\(secrets.masked(said))")
  }

  /// What the installer does not know to say.
  private func advice(_ said: String) -> String {
    if options.isOffline { return "\nNothing was loaded from a network (--offline)." }
    if let lock = request.lock, said.lowercased().contains("hash") {
      return "\nThe hashes are those of \(lock.path)."
    }
    let lacksWheel = [
      "no usable wheels", "no wheels", "No matching distribution", "--only-binary", PipRun.refusal,
    ].contains(where: said.contains)
    // pip says of an index that it could not reach only that it had nothing.
    let lacksNetwork = ["Retrying (", "Failed to fetch", "connection error"].contains(where: said.contains)
    guard !options.allowsBuilds, lacksWheel, !lacksNetwork else { return "" }
    return """

      Only packages that are built (wheels) are installed; --allow-builds lets others be built, which runs code of theirs.
      """
  }

  /// What is installed in a folder of packages.
  static func distributions(in folder: String) -> [UDFEnvironment.Distribution] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".dist-info") }.sorted().compactMap { name in
      let parts = name.dropLast(".dist-info".count).split(separator: "-")
      guard parts.count == 2 else { return nil }
      let normal = parts[0].lowercased().map { "_.".contains($0) ? "-" : $0 }
      return UDFEnvironment.Distribution(name: String(normal), version: String(parts[1]))
    }
  }
}
