/// The version of Clutch: of the package, the tool and its wheel.
package let clutchVersion = "0.2.0"
