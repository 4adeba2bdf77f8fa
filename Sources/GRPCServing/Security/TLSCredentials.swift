#if Server
  package import Essentials
  import NIOSSL
  import Synchronization

  /// The certificate that a server shows, and whose certificates it asks its clients for.
  ///
  /// Any thread. A connection keeps what was in force when it began.
  package final class TLSCredentials: Sendable {
    /// Paths of PEM files.
    package struct Files: Sendable, Equatable {
      /// The server's certificate, then those that lead from it to a root.
      package var certificateChain: String
      package var privateKey: String
      /// The authorities that sign clients' certificates. With them a client without a certificate is refused.
      package var clientAuthorities: String?

      package init(certificateChain: String, privateKey: String, clientAuthorities: String? = nil) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
      }
    }

    private struct Loaded {
      let contents: [[UInt8]]
      let context: NIOSSLContext
      let expiry: Date
    }

    package let files: Files
    private let loaded: Mutex<Loaded>

    /// Reads the files and checks that the key is the certificate's and that the certificate's time has come and not gone.
    package init(_ files: Files) throws(SecurityError) {
      self.files = files
      loaded = Mutex(try Self.load(files, contents: Self.read(files)))
    }

    /// Until when the server's certificate is valid.
    package var expiry: Date { loaded.withLock { $0.expiry } }

    /// The date if the certificate expires within 30 days: say so to whoever runs the server.
    package var expiresSoon: Date? {
      let expiry = expiry
      return expiry.timeIntervalSinceNow < 30 * 86_400 ? expiry : nil
    }

    /// What to say to whoever runs the server of a key that others may read; nil if none may.
    ///
    /// No error: orchestrators mount keys so, in a file system that nobody else sees.
    package var keyWarning: String? {
      guard let mode = SecretFile.mode(files.privateKey), mode & 0o007 != 0 else { return nil }
      return """
        the private key \(files.privateKey) has the mode \(String(mode, radix: 8)), so that every user of this machine may \
        use it: chmod 600 \(files.privateKey)
        """
    }

    /// Reads the files again. If that fails what was there stays in force.
    ///
    /// - Returns: Whether the files have changed; new connections get the new ones then.
    @discardableResult package func reload() throws(SecurityError) -> Bool {
      let contents = try Self.read(files)
      guard loaded.withLock({ $0.contents }) != contents else { return false }
      let fresh = try Self.load(files, contents: contents)
      loaded.withLock { $0 = fresh }
      return true
    }

    /// For a connection that begins now.
    var context: NIOSSLContext { loaded.withLock { $0.context } }

    private static func read(_ files: Files) throws(SecurityError) -> [[UInt8]] {
      var contents = [
        try SecretFile.read(files.certificateChain, of: "the certificate", isPrivate: false),
        try SecretFile.read(files.privateKey, of: "the private key", isPrivate: false),
      ]
      if let path = files.clientAuthorities {
        contents.append(try SecretFile.read(path, of: "the clients' authorities", isPrivate: false))
      }
      return contents
    }

    private static func load(_ files: Files, contents: [[UInt8]]) throws(SecurityError) -> Loaded {
      let chain = try certificates(contents[0], path: files.certificateChain)
      let expiry = try checkedExpiry(of: chain[0], path: files.certificateChain)
      let key: NIOSSLPrivateKey
      do {
        key = try NIOSSLPrivateKey(bytes: contents[1], format: .pem)
      } catch {
        throw SecurityError(
          code: .invalid, message: "\(files.privateKey) holds no private key in PEM form without a passphrase")
      }
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      configuration.applicationProtocols = ["h2"]
      configuration.minimumTLSVersion = .tlsv12
      if let path = files.clientAuthorities, contents.count > 2 {
        configuration.trustRoots = .certificates(try certificates(contents[2], path: path))
        // A client is no host: its certificate's chain is verified, and no name in it.
        configuration.certificateVerification = .noHostnameVerification
      }
      do {
        return Loaded(contents: contents, context: try NIOSSLContext(configuration: configuration), expiry: expiry)
      } catch {
        // BoringSSL compares the two when the second is set.
        throw SecurityError(
          code: .mismatch,
          message: """
            the key \(files.privateKey) and the certificate \(files.certificateChain) cannot be used together (\(error)): \
            the first certificate of the file must be the one that was made for this key
            """)
      }
    }

    private static func certificates(_ bytes: [UInt8], path: String) throws(SecurityError) -> [NIOSSLCertificate] {
      let found = try? NIOSSLCertificate.fromPEMBytes(bytes)
      guard let found, !found.isEmpty else {
        throw SecurityError(
          code: .invalid, message: "\(path) holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
      }
      return found
    }

    private static func checkedExpiry(
      of certificate: NIOSSLCertificate, path: String
    ) throws(SecurityError) -> Date {
      let begin = Date(timeIntervalSince1970: TimeInterval(certificate.notValidBefore))
      let end = Date(timeIntervalSince1970: TimeInterval(certificate.notValidAfter))
      if end.timeIntervalSinceNow <= 0 {
        throw SecurityError(
          code: .expired, message: "the certificate \(path) expired on \(text(end)): put a new one in its place")
      }
      if begin.timeIntervalSinceNow > 0 {
        throw SecurityError(
          code: .expired,
          message: "the certificate \(path) is valid from \(text(begin)) on: is this machine's clock right?")
      }
      return end
    }

    private static func text(_ date: Date) -> String { date.formatted(.iso8601) }
  }
#endif
