import HostSupport
import Testing

/// How many interpreters a server has where nobody says so.
@Suite struct ProcessorCountTests {
  @Test(arguments: [
    // Version 2: a quota and its period; a group's parents count too.
    (["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n"], 1.5),
    (["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"], nil),
    (["/proc/self/cgroup": "0::/\n"], nil),
    (
      [
        "/proc/self/cgroup": "0::/system.slice/clutch-serve.service\n",
        "/sys/fs/cgroup/system.slice/cpu.max": "200000 50000\n",
        "/sys/fs/cgroup/system.slice/clutch-serve.service/cpu.max": "max 100000\n",
      ], 4
    ),
    (
      [
        "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/cpu.max": "800000 100000\n",
        "/sys/fs/cgroup/a/b/cpu.max": "50000 100000\n",
      ], 0.5
    ),
    // In a container the path may be one that is not seen there.
    (["/proc/self/cgroup": "0::/../../kubepods/pod1\n", "/sys/fs/cgroup/cpu.max": "300000 100000"], 3),
    // Version 1: a controller of several, and two files.
    (
      [
        "/proc/self/cgroup": "11:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n1:name=systemd:/docker/1\n0::/\n",
        "/sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us": "250000\n",
        "/sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000\n",
      ], 2.5
    ),
    (
      [
        "/proc/self/cgroup": "4:cpu:/docker/1\n", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      ], nil
    ),
    // What makes no sense limits nothing.
    (["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "0 0\n"], nil),
    (["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": ""], nil),
    (["/proc/self/cgroup": "nonsense\n::\n"], nil), ([:], nil),
  ])
  func `control groups limit the processors`(files: [String: String], expected: Double?) {
    #expect(ProcessorCount.limit { files[$0] } == expected)
  }

  @Test(arguments: [
    ("Name:\tclutch\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0\n", 8),
    ("Cpus_allowed_list:\t0\n", 1), ("Cpus_allowed_list:\t0-3,8,10-11\n", 7), ("Cpus_allowed_list:\t\n", nil),
    ("Cpus_allowed_list:\tx-3,5-2\n", nil), ("", nil),
  ])
  func `what the process is bound to counts`(status: String, expected: Int?) {
    #expect(ProcessorCount.affinity { $0 == "/proc/self/status" ? status : nil } == expected)
  }

  @Test func `there is at least one processor`() { #expect(ProcessorCount.available >= 1) }
}
