// What a function is to everybody is for clients of this module too.
@_exported public import Functions
