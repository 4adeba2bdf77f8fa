import CPythonABI
import Essentials
import HostSupport
import Synchronization
import ThreadConfinement

/// Raises exceptions in what an interpreter is running, from other threads.
///
/// That needs the interpreter's GIL, which a call into C may hold for as long as it likes: every attempt is made on a
/// thread of its own, which nobody waits for but the end of the interpreter.
package final class Interrupter: @unchecked Sendable {
  // Sendable: the pointers are written once and only used between `enter` and `leave`, which the end of the interpreter
  // waits for.
  private let api: PythonAPI
  private let interpreter: OpaquePointer
  private let threadState: OpaquePointer
  /// The interpreter's own thread, as CPython numbers threads.
  private let thread: UInt

  /// How many attempts are under way, and whether the interpreter is about to end; the lock tells of each change.
  private var attempts = 0
  private var isClosed = false
  private let lock = Lock()
  private var seenFrames: [PythonError.Frame] = []
  private var knownEventLoop: EventLoopCalls?
  private static let mostFrames = 40

  /// Called on the interpreter's own thread.
  init(api: PythonAPI, threadState: OpaquePointer) {
    self.api = api
    self.threadState = threadState
    interpreter = api.pointee.PyThreadState_GetInterpreter(threadState)
    thread = api.pointee.PyThread_get_thread_ident()
  }

  /// An exception class that the interpreter keeps until it ends.
  package struct Exception: @unchecked Sendable {
    // Sendable because the pointer is only used under the interpreter's GIL.
    let pointer: ObjectPointer

    package init(_ pointer: ObjectPointer) { self.pointer = pointer }
  }

  /// Makes the interpreter's thread raise an exception at its next step of Python code; returns at once.
  ///
  /// - Parameters:
  ///   - isWanted: asked under the GIL, right before: what was to be interrupted may be over by then.
  ///   - done: called when the attempt is over.
  package func raise(
    _ exception: Exception, if isWanted: @escaping @Sendable () -> Bool, done: @escaping @Sendable () -> Void
  ) {
    guard enter() else { return done() }
    DetachedThread.start { [self] in
      if let attached = api.pointee.PyThreadState_New(interpreter) {
        api.pointee.PyEval_RestoreThread(attached)
        noteFrames()
        // Asked once more: what the loop was told runs Python code, which may have let the call end meanwhile.
        if isWanted(), eventLoop?.stopIsEnough(api) != true, isWanted() {
          _ = api.pointee.PyThreadState_SetAsyncExc(thread, exception.pointer)
        }
        api.pointee.PyThreadState_Clear(attached)
        api.pointee.PyThreadState_DeleteCurrent()
      }
      leave()
      done()
    }
  }

  /// The event loop that the interpreter may be running, once there is one: what it waits for is stopped by the loop itself,
  /// as long as that goes on.
  package var eventLoop: EventLoopCalls? {
    get { lock.withLock { knownEventLoop } }
    set { lock.withLock { knownEventLoop = newValue } }
  }

  /// Takes back an exception that has not been raised yet. Called on the interpreter's thread, under its GIL.
  package func takeBack() { _ = api.pointee.PyThreadState_SetAsyncExc(thread, nil) }

  /// The frames that the interpreter's thread was in at the last attempt that got the GIL, innermost first; empty when
  /// none did.
  package var lastFrames: [PythonError.Frame] { lock.withLock { seenFrames } }

  /// The frames that the interpreter's thread is in now, innermost first; empty when it runs no Python code, nil when the
  /// GIL cannot be had in time.
  package func frames() -> [PythonError.Frame]? {
    guard enter() else { return [] }
    let isSeen = DispatchSemaphore(value: 0)
    DetachedThread.start { [self] in
      if let attached = api.pointee.PyThreadState_New(interpreter) {
        api.pointee.PyEval_RestoreThread(attached)
        noteFrames()
        api.pointee.PyThreadState_Clear(attached)
        api.pointee.PyThreadState_DeleteCurrent()
      }
      leave()
      isSeen.signal()
    }
    return isSeen.wait(timeout: .now() + .milliseconds(200)) == .success ? lastFrames : nil
  }

  /// Called on another thread of the interpreter, under its GIL: so the frames stand still.
  private func noteFrames() {
    var frames = eventLoop?.waitingFrames(api).filter { !$0.isHidden } ?? []
    // Else those of the thread. While the loop waits these say nothing to anybody.
    guard frames.isEmpty else { return lock.withLock { seenFrames = Array(frames.prefix(Self.mostFrames)) } }
    var next = api.pointee.PyThreadState_GetFrame(threadState)
    while let frame = next {
      defer { api.pointee.Py_DecRef(frame) }
      if frames.count < Self.mostFrames {
        let code = api.pointee.PyFrame_GetCode(frame)
        defer { api.pointee.Py_DecRef(code) }
        let found = PythonError.Frame(
          file: api.textAttribute(code, "co_filename", limit: TextLimit.path) ?? "?",
          line: Int(api.pointee.PyFrame_GetLineNumber(frame)),
          function: api.textAttribute(code, "co_qualname", limit: TextLimit.name) ?? "?", source: nil)
        if !found.isHidden { frames.append(found) }
      }
      next = api.pointee.PyFrame_GetBack(frame)
    }
    lock.withLock { seenFrames = frames }
  }

  // MARK: The end

  private func enter() -> Bool {
    lock.withLock {
      guard !isClosed else { return false }
      attempts += 1
      return true
    }
  }

  private func leave() {
    lock.withLock {
      attempts -= 1
      lock.broadcast()
    }
  }

  /// Refuses further attempts and waits for those under way. The GIL must not be held.
  func close() {
    lock.withLock {
      isClosed = true
      while attempts > 0 { lock.wait() }
    }
  }
}
