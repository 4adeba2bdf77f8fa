import ArgumentParser
import Clutch
import Environments
import Essentials
import HostSupport

/// The options that say which packages UDF files are loaded with, and how these are installed.
struct PackageOptions: ParsableArguments {
  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      "A package for all UDF files, beside those of their blocks '# /// script'. May be given several times.",
      discussion: "As pip takes it: \"tabulate\", \"numpy>=2,<3\".", valueName: "package"))
  var packages: [String] = []
  @Option(
    name: .customLong("env"),
    help: ArgumentHelp(
      "A ready environment for the UDF files: a virtual environment, or a folder of packages. FILE=folder is for one file.",
      discussion: "Then nothing is installed, whatever the files say.", valueName: "folder"))
  var environments: [String] = []
  @OptionGroup var installing: InstallOptions

  /// The packages of each of the UDF files, installed if need be; nil for those that ask for none.
  ///
  /// - Throws: `CommandError` for an environment of no file, or two of one; `EnvironmentError`.
  func environments(
    for sources: [UDFSource], _ discovery: PythonDiscovery
  ) throws -> [UDFEnvironment?] {
    let folders = try folders(for: sources.map(\.name))
    return try zip(sources, folders).map { source, folder in
      guard let folder else {
        return try installing.environment(for: source, with: packages, discovery)
      }
      return try UDFEnvironment(folder: folder, for: CPython.start(discovery))
    }
  }

  /// The same for one of several files.
  func environment(
    for source: UDFSource, among files: [String], _ discovery: PythonDiscovery
  ) throws -> UDFEnvironment? {
    if let folder = try zip(files, folders(for: files)).first(where: { $0.0 == source.name })?.1 {
      return try UDFEnvironment(folder: folder, for: CPython.start(discovery))
    }
    return try installing.environment(for: source, with: packages, discovery)
  }

  /// The same for one of the files of a server, which goes on meanwhile.
  func environment(for source: UDFSource, _ discovery: PythonDiscovery) async throws -> UDFEnvironment? {
    if let folder = try folders(for: [source.name]).first ?? nil {
      return try UDFEnvironment(folder: folder, for: CPython.start(discovery))
    }
    do {
      return try await UDFEnvironment.prepareAsync(
        for: source, discovery: discovery, options: installing.options(with: packages))
    } catch let error as EnvironmentError { throw error.withoutOutput }
  }

  private func folders(for files: [String]) throws -> [String?] {
    var folders: [String?: String] = [:]
    for option in environments {
      let file = files.first { option.hasPrefix($0 + "=") }
      let folder = file.map { String(option.dropFirst($0.count + 1)) } ?? option
      if file == nil, let sign = folder.lastIndex(of: "="), !FileManager.default.fileExists(atPath: folder) {
        let known = files.isEmpty ? "none" : files.listed(each: TextLimit.path)
        throw CommandError(
          "--env \(option) is for \(folder[..<sign]), which is no UDF file of this command; there are: \(known).")
      }
      guard folders.updateValue(folder, forKey: file) == nil else {
        throw CommandError(
          "--env is given twice for \(file ?? "all files"); give it once, or FILE=folder for one file.")
      }
    }
    guard folders.isEmpty || packages.isEmpty else {
      throw CommandError("--with installs into no environment that is ready; leave out --with or --env.")
    }
    return files.map { folders[$0] ?? folders[nil] }
  }
}

/// The options that say how packages are installed.
struct InstallOptions: ParsableArguments {
  @Option(
    name: .customLong("index-url"),
    help: ArgumentHelp(
      "The index that packages are installed from.", discussion: "Default: what the settings of uv or pip say.",
      valueName: "url"))
  var indexURL: String?
  @Flag(help: "Install without a network: from uv's cache, and from folders that the settings of uv or pip name.")
  var offline = false
  @Flag(help: "Let packages that are no wheels be built, which runs code of theirs outside of any policy.")
  var allowBuilds = false

  /// The packages of a file, installed if need be; nil for one that asks for none.
  ///
  /// - Throws: `EnvironmentError`, without what the installer said: that has been shown.
  func environment(
    for source: UDFSource, with packages: [String], _ discovery: PythonDiscovery
  ) throws -> UDFEnvironment? {
    do {
      return try UDFEnvironment.prepare(for: source, discovery: discovery, options: options(with: packages))
    } catch let error as EnvironmentError { throw error.withoutOutput }
  }

  /// - Parameter packages: those beside what a file asks for.
  func options(with packages: [String] = []) -> EnvironmentOptions {
    EnvironmentOptions(packages: packages, allowsBuilds: allowBuilds, indexURL: indexURL, isOffline: offline) { line in
      // What the installer says is set in.
      if line.hasPrefix(" ") { StandardError.write(line + "\n") } else { complain(line) }
    }
  }
}
