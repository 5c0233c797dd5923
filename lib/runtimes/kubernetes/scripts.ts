/**
 * What runs beside a program in its pod, in sh and what every small image has (coreutils or busybox, with tar and flock).
 * The container that takes in ends when the inputs are whole; the one beside the program measures it, since a cluster
 * keeps no peak of memory and may have nothing that measures at all, and holds the outputs until the job is removed.
 *
 * ```
 * /hand/in  /hand/out  /hand/secrets   as the program has them
 * /hand/state/given                    the inputs are whole
 * /hand/state/usage                    <highest KiB> <processor time in hundredths of a second>
 * ```
 */
export const hand = "/hand";
export const usageFile = "usage";

export const takeIn = `until [ -e ${hand}/state/given ]; do sleep 0.1; done`;

/** From a tar on stdin, once: who comes second, also while the first is at it, changes nothing. */
export const give = `exec flock ${hand}/state/lock sh -c 'if [ -e ${hand}/state/given ]; then cat > /dev/null
else tar -xf - -C ${hand} && : > ${hand}/state/given; fi'`;

export const collect = `exec tar -cf - -C ${hand} out -C ${hand}/state ${usageFile}`;

/** The processes of our user that see other files than we do: the program's. What is not our user's is the pod's own. */
const members = `own=$(readlink /proc/self/ns/mnt)
members() {
  for place in /proc/[0-9]*; do
    pid=\${place#/proc/}
    kill -0 "$pid" 2>/dev/null && [ "$(readlink "$place/ns/mnt" 2>/dev/null)" != "$own" ] || continue
    read -r line 2>/dev/null < "$place/stat" || continue
    rest=\${line##*) }
    case $rest in [ZX]*) continue;; esac
    echo "$pid"
  done
}`;

/** Peaks are those of all processes at one moment, or of one by itself. */
export const beside = `${members}
peak=0; ticks=0; wait=0.1
look() {
  sum=0; used=0
  for pid in $(members); do
    while read -r key value _; do
      case $key in
        VmRSS:) sum=$((sum + value));;
        VmHWM:) [ "$value" -gt "$peak" ] && peak=$value;;
      esac
    done 2>/dev/null < "/proc/$pid/status"
    read -r line 2>/dev/null < "/proc/$pid/stat" || continue
    set -- \${line##*) }
    used=$((used + \${12} + \${13} + \${14} + \${15}))
  done
  [ "$sum" -gt "$peak" ] && peak=$sum
  [ "$used" -gt "$ticks" ] && ticks=$used
  echo "$peak $ticks" > ${hand}/state/${usageFile}.new
  mv ${hand}/state/${usageFile}.new ${hand}/state/${usageFile}
}
echo "0 0" > ${hand}/state/${usageFile}
trap 'exit 0' TERM
while :; do
  look
  sleep $wait
  case $wait in 0.1) wait=0.2;; 0.2) wait=0.4;; *) wait=1;; esac
done`;

/** Asks the program to end, and makes it after the tenths of a second in $1. */
export const end = `${members}
left=$1
kill -TERM $(members) 2>/dev/null
while [ "$left" -gt 0 ] && [ -n "$(members)" ]; do sleep 0.1; left=$((left - 1)); done
while found=$(members) && [ -n "$found" ]; do kill -KILL $found 2>/dev/null; sleep 0.1; done`;
