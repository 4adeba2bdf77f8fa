// `ProtectedFile`, which every policy keeps, is for clients of this module too.
@_exported public import HostSupport
