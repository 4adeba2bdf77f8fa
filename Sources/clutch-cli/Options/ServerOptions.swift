import ArgumentParser
import HostSupport

/// The options of a server's address, and of how it is secured.
struct AddressOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The address to listen at; 0.0.0.0 for all of the machine's.", valueName: "address"),
    transform: hostName)
  var host = "127.0.0.1"
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The port to listen at; 0 for any that is free.", valueName: "port"),
    transform: wholeNumber(0...65_535))
  var port = 8815
  @Option(
    name: .customLong("tls-certificate"),
    help: ArgumentHelp("Serve TLS with this chain of certificates, in PEM form.", valueName: "file"))
  var tlsCertificate: String?
  @Option(name: .customLong("tls-key"), help: ArgumentHelp("The certificate's key, in PEM form.", valueName: "file"))
  var tlsKey: String?
  @Option(
    name: .customLong("tls-client-ca"),
    help: ArgumentHelp("Take clients only whose certificates these sign, in PEM form.", valueName: "file"))
  var tlsClientCA: String?
  @Option(
    help: ArgumentHelp(
      "Take calls only that bring a token of this file, as 'authorization: Bearer TOKEN'. One token on each line.",
      valueName: "file"))
  var token: String?

  /// The address as a URL has it.
  var text: String { text(port: port) }

  /// The address with another port.
  func text(port: Int) -> String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  func validate() throws {
    guard !host.isEmpty else { throw ValidationError("--host takes a name or an address; 0.0.0.0 is every one.") }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key go together; give both.")
    }
    guard tlsClientCA == nil || tlsCertificate != nil else {
      throw ValidationError("--tls-client-ca needs --tls-certificate and --tls-key.")
    }
  }
}

/// The options of how much a server takes at once.
struct LoadLimitOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Python interpreters per UDF file: 1 to 256. Default: the number of cores that the process may use.",
      valueName: "count"),
    transform: wholeNumber(1...256))
  var interpreters: Int?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many batches may be running and waiting; more are refused with UNAVAILABLE.", valueName: "count"),
    transform: wholeNumber(1...1_000_000))
  var maxConcurrentBatches = 4_096
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many connections there may be at a time; more are refused with UNAVAILABLE. Default: as many as the system allows.",
      valueName: "count"),
    transform: wholeNumber(1...1_000_000))
  var maxConnections: Int?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How large a message of a client may be.", valueName: "size"), transform: memorySize)
  var maxMessageBytes = 256 << 20
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many seconds a batch may wait for an interpreter; then it is refused with UNAVAILABLE.", valueName: "seconds"
    ),
    transform: seconds)
  var queueSeconds = Duration.seconds(30)
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many seconds calls that are under way may take to finish after SIGTERM.", valueName: "seconds"),
    transform: seconds)
  var drainSeconds = Duration.seconds(30)

  /// How many interpreters a file has.
  var interpreterCount: Int { interpreters ?? min(ProcessorCount.available, 256) }
}
