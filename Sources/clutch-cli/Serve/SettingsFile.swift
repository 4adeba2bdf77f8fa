import Essentials
import HostSupport

extension SettingValue: Decodable {
  package init(from decoder: any Decoder) throws {
    if var items = try? decoder.unkeyedContainer() {
      var values: [SettingValue] = []
      while !items.isAtEnd { values.append(try items.decode(Scalar.self).value) }
      self = .list(values)
    } else {
      self = try Scalar(from: decoder).value
    }
  }

  /// A text, a number, true or false.
  private struct Scalar: Decodable {
    let value: SettingValue

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let truth = try? container.decode(Bool.self) {
        value = .truth(truth)
      } else if let number = try? container.decode(Int.self) {
        value = .number("\(number)")
      } else if let number = try? container.decode(Double.self) {
        value = .number("\(number)")
      } else {
        value = .text(try container.decode(String.self))
      }
    }
  }
}

/// A file of settings, in JSON or TOML.
enum SettingsFile {
  private static let most = 1 << 20

  /// Reads one.
  ///
  /// - Throws: `CommandError`.
  static func read(_ file: String) throws -> [String: SettingValue] {
    let text: String
    do { text = try FileText.read(file, atMost: most) } catch {
      throw CommandError("The file of settings \(file) \(error).")
    }
    let isJSON = text.first { !$0.isWhitespace } == "{"
    return isJSON ? try json(text, file) : try toml(text, file)
  }

  private static func toml(_ text: String, _ file: String) throws -> [String: SettingValue] {
    do throws(TOMLSettings.Problem) {
      return try TOMLSettings.parse(text).mapValues(\.value)
    } catch {
      throw CommandError("\(file):\(error)")
    }
  }

  private static func json(_ text: String, _ file: String) throws -> [String: SettingValue] {
    let settings: [String: SettingValue]
    do {
      settings = try JSONDecoder().decode([String: SettingValue].self, from: Data(text.utf8))
    } catch let error as DecodingError {
      throw CommandError("The file of settings \(file) cannot be taken: \(reason(error).cut(to: TextLimit.message))")
    }
    // The decoder takes one of two without a word.
    if let (key, line) = JSONKeys(text).repeated {
      throw CommandError("\(file):\(line): '\(key.cut(to: TextLimit.name))' stands there twice")
    }
    return settings
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .dataCorrupted(let context): return context.detail ?? context.debugDescription
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context):
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      return place.isEmpty
        ? "it is no table of settings; write port = 8815, or {\"port\": 8815} in JSON"
        : "\(place) is no text, number, true, false, or list of these"
    @unknown default: return "\(error)"
    }
  }
}

/// The keys of an object in JSON, whose text is known to be right.
private struct JSONKeys {
  /// The first that was there before, and its line.
  private(set) var repeated: (key: String, line: Int)?

  init(_ text: String) {
    let bytes = Array(text.utf8)
    var (depth, place, line) = (0, 0, 1)
    var isKey = false
    var seen: Set<String> = []
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        isKey = depth == 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ","): isKey = depth == 1
      case UInt8(ascii: "\""):
        let start = place
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
          place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard isKey, place < bytes.count else { break }
        isKey = false
        // As the decoder reads it: an escaped letter is that letter.
        let key = (try? JSONDecoder().decode(String.self, from: Data(bytes[start...place]))) ?? ""
        guard seen.insert(key).inserted else {
          repeated = (key, line)
          return
        }
      default: break
      }
      place += 1
    }
  }
}
