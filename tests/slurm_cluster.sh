#!/bin/sh
# A Slurm of one node with two processors on this machine, for tests/slurm (as root, no systemd):
#   tests/slurm_cluster.sh start FOLDER   install Debian's slurm-wlm where it is missing; start munged, slurmctld, slurmd
#   tests/slurm_cluster.sh stop FOLDER    stop what start started
# State and logs lie in FOLDER. Its configuration becomes /etc/slurm/slurm.conf: programs that a job starts look there.
set -eu

say() { echo "slurm_cluster: $*" >&2; }
fail() { say "$*"; exit 1; }
system=/etc/slurm/slurm.conf
usage="usage: $0 start|stop FOLDER"
folder=${2:?$usage}
ours="$folder/slurm.conf"

install_slurm() {
    command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null && return
    command -v apt-get >/dev/null || fail "no slurmctld, slurmd and munged; install them"
    log=$(mktemp)
    { DEBIAN_FRONTEND=noninteractive apt-get update &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends slurm-wlm munge; } >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; fail "cannot install slurm-wlm"; }
    rm -f "$log"
}

configure() {
    mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
    # munged refuses a key or a socket in a folder that others may write.
    chmod 755 "$folder" "$folder/munge"
    [ -f "$folder/munge/key" ] || { head -c 128 /dev/urandom >"$folder/munge/key"; chmod 400 "$folder/munge/key"; }
    host=$(hostname -s)
    memory=$(awk '/^MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)
    # No cgroups, which a container may not make: what takes more memory than it asked for is found by looking.
    cat >"$ours" <<EOF
ClusterName=wmhseg
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=UsePss,OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=2,batch_sched_delay=0
ReturnToService=2
KillWait=2
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
EOF
}

is_up() { sinfo --noheader --format=%T 2>/dev/null | grep -q '^\(idle\|mixed\|allocated\)$'; }

start() {
    [ "$(id -u)" = 0 ] || fail "expected root; slurmd starts jobs for their users"
    install_slurm
    [ ! -e "$system" ] || [ -L "$system" ] || fail "found $system, of another Slurm; this one is for a machine without"
    configure
    mkdir -p /etc/slurm
    ln -sf "$ours" "$system"
    munged --force --key-file "$folder/munge/key" --socket "$folder/munge/socket" \
        --pid-file "$folder/munge/pid" --seed-file "$folder/munge/seed" --log-file "$folder/munge/log" ||
        fail "munged did not start"
    # They go into the background by themselves.
    slurmctld -c
    slurmd
    for _ in $(seq 60); do is_up && return; sleep 1; done
    tail -n 20 "$folder"/slurm*.log >&2
    fail "no node is up"
}

stop() {
    for pid in slurmd.pid slurmctld.pid munge/pid; do
        [ ! -f "$folder/$pid" ] || kill "$(cat "$folder/$pid")" 2>/dev/null || true
    done
    [ ! -L "$system" ] || rm "$system"
}

case ${1:-} in
start) start ;;
stop) stop ;;
*) fail "$usage" ;;
esac
