/**
 * `sh -c <this> fetch <folder>`: unpacks Debian's or Ubuntu's redis-tools, which holds the server program, and the
 * libraries it misses into the folder. Needs no root, changes no system state, starts no service; apt checks the
 * signatures. Its package lists are private too.
 */
export const redisDownloadScript = `
set -eu
folder=$1
work=$folder/work
done=
trap '' PIPE # whoever reads the output may be gone
trap 'exit 1' INT TERM HUP
trap 'rm -rf "$work"; [ "$done" ] || rm -rf "$folder"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages"
touch "$work/extended_states"
apt() {
  apt-get -qq -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status=/var/lib/dpkg/status \\
    -o Dir::State::extended_states="$work/extended_states" -o Dir::Cache="$work/cache" -o Dir::Log="$work" \\
    -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 \\
    -o APT::Update::Post-Invoke-Success::= "$@"
}
apt update
missing=$(apt install --print-uris -y --no-install-recommends redis-tools | sed -n 's/.* \\([^ _]*\\)_[^ ]* [0-9]* .*/\\1/p')
cd "$work/packages"
apt download \${missing:-redis-tools}
for package in *.deb; do dpkg -x "$package" "$folder"; done
ln -sf redis-check-rdb "$folder/usr/bin/redis-server" # one program, which looks at its own name
done=yes
`;
