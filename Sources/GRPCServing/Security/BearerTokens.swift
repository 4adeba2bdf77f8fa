#if Server
  import Synchronization

  /// The tokens of which a call must show one, as `authorization: Bearer TOKEN`.
  ///
  /// Any thread. A call that is under way keeps its right when tokens change.
  package final class BearerTokens: Sendable {
    private let path: String
    private let tokens: Mutex<[[UInt8]]>

    /// - Parameter path: Of a file with one token a line; blanks around a token and empty lines do not count.
    /// - Throws: If the file cannot be read, if every user of the machine may read it, if it holds no token or one that no
    ///   header can hold.
    package init(path: String) throws(SecurityError) {
      self.path = path
      tokens = Mutex(try Self.load(path))
    }

    /// Reads the file again. If that fails the tokens stay as they are.
    package func reload() throws(SecurityError) {
      let loaded = try Self.load(path)
      tokens.withLock { $0 = loaded }
    }

    /// - Returns: The status to refuse a call with, which does not say what was sent; `nil` if the call may go on.
    package func refusal(of metadata: RPCMetadata) -> RPCStatus? {
      let sent = metadata.all("authorization")
      guard let value = sent.first, sent.count == 1 else {
        return RPCStatus(
          .unauthenticated,
          sent.isEmpty
            ? "this server asks for a token: send the header \"authorization: Bearer TOKEN\""
            : "the header authorization was sent more than once")
      }
      let scheme = "bearer "
      guard value.prefix(scheme.count).lowercased() == scheme else {
        return RPCStatus(.unauthenticated, "the header authorization must be \"Bearer TOKEN\"")
      }
      let token = Array(value.dropFirst(scheme.count).drop { $0 == " " }.utf8)
      let known = tokens.withLock { $0 }
      // All are compared, and each in full: how long it takes says nothing of how much was right.
      let matches = known.reduce(0) { $0 + (Self.areEqual($1, token) ? 1 : 0) }
      return matches > 0 ? nil : RPCStatus(.unauthenticated, "the token is not one of this server's")
    }

    /// In a time that depends on the length of `sent` only.
    private static func areEqual(_ known: [UInt8], _ sent: [UInt8]) -> Bool {
      var difference = UInt(bitPattern: known.count ^ sent.count)
      for index in sent.indices { difference |= UInt(known[index % known.count] ^ sent[index]) }
      return difference == 0
    }

    private static func load(_ path: String) throws(SecurityError) -> [[UInt8]] {
      let bytes = try SecretFile.read(path, of: "the file of tokens", isPrivate: true)
      let blanks = Set(" \t\r".utf8)
      func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var line = line.drop { blanks.contains($0) }
        while let last = line.last, blanks.contains(last) { line.removeLast() }
        return Array(line)
      }
      let tokens = bytes.split(separator: UInt8(ascii: "\n")).map(trimmed).filter { !$0.isEmpty }
      guard !tokens.isEmpty else {
        throw SecurityError(
          code: .invalid, message: "the file of tokens \(path) holds none: write one a line, or serve without tokens")
      }
      for (index, token) in tokens.enumerated() where !token.allSatisfy({ (0x21...0x7E).contains($0) }) {
        throw SecurityError(
          code: .invalid,
          message:
            "token \(index + 1) of \(path) has a blank or a character that is not ASCII, which no header can hold")
      }
      return tokens
    }
  }
#endif
