import Foundation
import TestSupport

/// A pseudo-terminal: a program writes to `device`, and `screen` collects what would be shown.
struct Terminal {
  struct Failure: Error { let code: Int32 }

  let device: FileHandle
  let screen: RunningProgram.OutputStream

  init() throws {
    var (controller, device): (Int32, Int32) = (0, 0)
    guard openpty(&controller, &device, nil, nil, nil) == 0 else { throw Failure(code: errno) }
    self.device = FileHandle(fileDescriptor: device, closeOnDealloc: true)
    screen = RunningProgram.OutputStream(FileHandle(fileDescriptor: controller, closeOnDealloc: true))
  }
}
