"""Packets along a way whose delay changes against ns-3 3.44 (the wheel `ns3`, compiled against).

A chain of six point-to-point links of 100 Mbit/s; their delay steps each second while bursts of
three UDP datagrams of 1000 bytes are sent every 50 ms. On the wire a datagram is 1030 bytes: 8 of
UDP, 20 of IPv4, 2 of PPP. ns-3 counts whole nanoseconds, so six links may differ by a few: 1e-8 s.
Skipped without the wheel (`pip install ns3==3.44.post0`) or a C++ compiler.
"""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from skyweft.network.queues.packets import Network, Packets, send, stepped

HOPS, SECONDS = 6, 4
RATE_BPS, SIZE_BYTES = 1e8, 1030.0
SENT_S = np.repeat(0.025 + 0.05 * np.arange(20 * SECONDS), 3)
DELAY_S = 2e-3 + 1.25e-4 * np.arange(SECONDS) * [1, -1, 1, -1][:SECONDS]

PROGRAM = """
#include <iomanip>
#include <iostream>
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
using namespace ns3;
void Receive(Ptr<Socket> socket) {
  while (auto packet = socket->Recv())
    std::cout << std::setprecision(12) << Simulator::Now().GetSeconds() << "\\n";
}
void Delay(NetDeviceContainer devices, double seconds) {
  for (uint32_t k = 0; k < devices.GetN(); k += 2)
    devices.Get(k)->GetChannel()->SetAttribute("Delay", TimeValue(Seconds(seconds)));
}
void Send(Ptr<Socket> socket) { socket->Send(Create<Packet>(1000)); }
int main() {
  NodeContainer nodes;
  nodes.Create(HOPS + 1);
  PointToPointHelper links;
  links.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
  InternetStackHelper().Install(nodes);
  Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
  NetDeviceContainer all;
  Ipv4InterfaceContainer last;
  for (int k = 0; k < HOPS; ++k) {
    auto pair = links.Install(nodes.Get(k), nodes.Get(k + 1));
    last = addresses.Assign(pair);
    addresses.NewNetwork();
    all.Add(pair);
  }
  Ipv4GlobalRoutingHelper::PopulateRoutingTables();
  auto type = UdpSocketFactory::GetTypeId();
  auto sink = Socket::CreateSocket(nodes.Get(HOPS), type);
  sink->Bind(InetSocketAddress(Ipv4Address::GetAny(), 9));
  sink->SetRecvCallback(MakeCallback(&Receive));
  auto source = Socket::CreateSocket(nodes.Get(0), type);
  source->Connect(InetSocketAddress(last.GetAddress(1), 9));
  double at, delay;
  char kind;
  while (std::cin >> kind >> at) {
    if (kind == 'd') {
      std::cin >> delay;
      Simulator::Schedule(Seconds(at), &Delay, all, delay);
    } else {
      Simulator::Schedule(Seconds(at), &Send, source);
    }
  }
  Simulator::Run();
  Simulator::Destroy();
}
"""


def _by_ns3(folder: Path, root: Path) -> list[float]:
    source, program = folder / "chain.cc", folder / "chain"
    source.write_text(PROGRAM.replace("HOPS", str(HOPS)), encoding="utf-8")
    libraries = sorted(
        str(path) for path in (root / "lib64").glob("libns3*.so") if "-test" not in path.name
    )
    words = ["g++", "-std=c++20", "-w", f"-I{root / 'include'}", str(source), *libraries]
    path = f"-Wl,-rpath,{root / 'lib64'},-rpath-link,{root / 'lib64'}"
    subprocess.run([*words, path, "-o", str(program)], check=True)
    lines = [f"d {k} {delay!r}" for k, delay in enumerate(DELAY_S.tolist())]
    lines += [f"s {sent!r}" for sent in SENT_S.tolist()]
    environment = os.environ | {"LD_LIBRARY_PATH": str(root / "lib64")}
    answer = subprocess.run(
        [str(program)],
        input="\n".join(lines),
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return [float(line) for line in answer.stdout.split()]


@pytest.mark.skipif(find_spec("ns3") is None, reason="the ns3 wheel is not installed")
@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no C++ compiler")
def test_a_chain_of_six(tmp_path: Path) -> None:
    found = find_spec("ns3")
    assert found is not None
    assert found.submodule_search_locations
    expected = _by_ns3(tmp_path, Path(found.submodule_search_locations[0]))
    time_s, delay_s = stepped(np.arange(SECONDS), np.tile(DELAY_S, (HOPS, 1)))
    network = Network(time_s, delay_s, np.full(delay_s.shape, RATE_BPS), np.full(HOPS, np.inf))
    count = len(SENT_S)
    packets = Packets(np.zeros(count, np.int32), SENT_S, np.full(count, SIZE_BYTES))
    trace = send(packets, packets.flow, [0, HOPS], np.arange(HOPS), network)
    np.testing.assert_allclose(trace.received_s, expected, rtol=0, atol=1e-8)
