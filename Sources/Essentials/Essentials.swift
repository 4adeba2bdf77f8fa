// In the place of Foundation, which no other file imports.
//
// On Linux one file that imports all of Foundation puts ICU into a program that is linked statically: half of its size. What
// Clutch needs is in FoundationEssentials, which has no ICU and does not hand on what Foundation does: the C library and
// Dispatch. On Apple's systems Foundation is a part of the system, and FoundationEssentials is not there.

#if canImport(FoundationEssentials)
  @_exported public import Dispatch
  @_exported public import FoundationEssentials

  #if canImport(Musl)
    @_exported public import Musl
  #else
    @_exported public import Glibc
  #endif
#else
  @_exported public import Foundation
#endif
