import Essentials

/// The functions of the C library that CPython itself calls, through pointers that are found at run time: a call that the
/// compiler sees may become something else, such as `pow(x, 2)` a multiplication, which has other bits.
enum LibM {
  typealias One = @convention(c) (Double) -> Double
  typealias Two = @convention(c) (Double, Double) -> Double

  /// A function of one number; nil where the system has none.
  static func one(_ name: String) -> One? {
    dlsym(UnsafeMutableRawPointer(bitPattern: 0), name).map { unsafeBitCast($0, to: One.self) }
  }

  /// A function of two numbers; nil where the system has none.
  static func two(_ name: String) -> Two? {
    dlsym(UnsafeMutableRawPointer(bitPattern: 0), name).map { unsafeBitCast($0, to: Two.self) }
  }

  /// NaN leaves a row to CPython wherever these stand in for what is missing.
  static let fmod: Two = two("fmod") ?? { _, _ in .nan }
  static let pow: Two = two("pow") ?? { _, _ in .nan }
}
