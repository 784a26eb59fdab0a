# shellcheck shell=bash disable=SC2154 # node, the settings, is a variable of nodes
# node-root.sh - the file systems of the lab's nodes; sourced by `nodes`, which has the rest and keeps
# the settings of the node in hand in `node`.
#
# Every node has an overlay with a writable layer of its own, $LAB/n/I/upper. Below it lies, for a
# 'debian' node, this machine's root with the folders that hold state hidden; for a 'busybox' node a
# static busybox, its applets, SSH servers, and nothing else. Hardly a program is started here, for
# starting one is what costs under emulation.

# What a node has to itself, empty before its first boot.
private_folders='/etc/ssh /home /root /var/lib /var/log /var/tmp'
# 'lab-password'
password_hash='$6$lab$hT6PVoD0V56FIeKRrNsIWihuPvqsUjzAv.KtSutBl8svz20FXsmYbclRsken5ndxb58o7zFzxOuLSK7ZGj8Wf/'

lower_layers() { # as `mount -t overlay` wants them
  if [ "${node[root]}" = busybox ]; then echo "$LAB/busybox"; else echo "$LAB/base:/"; fi
}

# A whiteout (a 0/0 device) in a layer ends the look-up there: what lies below it is not seen, while a
# plain folder above it is.
build_base() {
  local base="$LAB/base" folder line
  mkdir -p "$base/etc" "$base/var"
  for folder in $private_folders; do mknod "$base$folder" c 0 0; done
  write_boot "$base"
  (
    umask 077
    while IFS= read -r line; do
      case $line in root:*) echo "root:$password_hash:${line#root:*:}" ;; *) echo "$line" ;; esac
    done </etc/shadow >"$base/etc/shadow"
  )
}

build_busybox() {
  local root="$LAB/busybox" busybox program file
  busybox=$(command -v busybox)
  mkdir -p "$root"/{bin,usr/local/sbin,etc/ssh,dev,proc,sys,run,tmp,root,home,var/lib,var/log,var/tmp}
  ln -s bin "$root/sbin"
  ln -s ../bin "$root/usr/bin"
  ln -s ../bin "$root/usr/sbin"
  cp "$busybox" "$root/bin/busybox"
  "$busybox" --install -s "$root/bin" 2>/dev/null
  for program in sshd dropbear; do
    program=$(command -v $program) || continue
    cp "$program" "$root/bin/"
    for file in $(ldd "$program" | grep -o '/[^ ]*'); do
      mkdir -p "$root${file%/*}"
      cp -L "$file" "$root$file"
    done
  done
  write_boot "$root"
  printf '%s\n' /bin/sh /bin/ash >"$root/etc/shells"
  printf '%s\n' root:x:0:0:root:/root:/bin/sh sshd:x:100:65534::/run/sshd:/bin/false >"$root/etc/passwd"
  printf '%s\n' root:x:0: nogroup:x:65534: >"$root/etc/group"
  (umask 077 && echo "root:$password_hash:19000:0:99999:7:::" >"$root/etc/shadow")
}

write_boot() { # write_boot ROOT: what busybox init runs; the server's line is each node's own
  cat >"$1/etc/rc.boot" <<'BOOT'
#!/bin/busybox sh
mkdir -p /run/sshd /run/lock
[ ! -x /etc/rc.local ] || /etc/rc.local
: >/run/booted
BOOT
  chmod 755 "$1/etc/rc.boot"
}

write_accounts() { # write_accounts UPPER LOWER: what differs from the layer below
  local upper=$1 lower=$2 user=${node[user]} shell=${node[shell]} line
  [ "$user $shell" != 'root /bin/bash' ] || return 0
  case $shell in */*) ;; *) shell=$(command -v "$shell") ;; esac
  [ "${node[root]}" != busybox ] || shell=/bin/sh
  while IFS= read -r line; do
    case $line in
      "$user":*) [ "$user" != root ] || echo "${line%:*}:$shell" ;;
      *) echo "$line" ;;
    esac
  done <"$lower/etc/passwd" >"$upper/etc/passwd"
  [ "$user" != root ] || return 0
  echo "$user:x:2000:2000::/home/$user:$shell" >>"$upper/etc/passwd"
  printf '%s\n' "$(<"$lower/etc/group")" "$user:x:2000:" >"$upper/etc/group"
  (
    umask 077
    [ "${node[root]}" = busybox ] || lower="$LAB/base"
    printf '%s\n' "$(<"$lower/etc/shadow")" "$user:$password_hash:19000:0:99999:7:::" >"$upper/etc/shadow"
    mkdir -p "$upper/etc/sudoers.d"
    case ${node[become]} in
      sudo) echo "$user ALL=(ALL) NOPASSWD: ALL" >"$upper/etc/sudoers.d/lab" ;;
      sudo-password) echo "$user ALL=(ALL) ALL" >"$upper/etc/sudoers.d/lab" ;;
      doas) echo "permit nopass $user" >"$upper/etc/doas.conf" ;;
      none) ;;
      *) die "become=${node[become]}?" ;;
    esac
  )
}

write_home() { # write_home UPPER: the key that is let in, and what the login shell says unasked
  local home="$1/root" file
  [ "${node[user]}" = root ] || home="$1/home/${node[user]}"
  (
    umask 077
    mkdir -p "$home/.ssh" "$home/.config/fish"
    [ "${node[auth]}" != key ] || cp "$LAB/ssh/id.pub" "$home/.ssh/authorized_keys"
  )
  if [ "${node[chatty]}" = yes ]; then
    for file in .profile .bashrc .tcshrc .zshenv .config/fish/config.fish; do
      printf '%s\n' "echo Welcome, this is a shell that talks" "echo and on stderr too >/dev/stderr" >"$home/$file"
    done
    echo 'Authorised users only.' >"$1/etc/issue.net"
    echo 'The message of the day' >"$1/etc/motd"
  fi
  [ "${node[user]}" = root ] || chown -R 2000:2000 "$home"
}

write_server() { # write_server I UPPER
  local i=$1 upper=$2 key="$2/etc/ssh/ssh_host_ed25519_key" server=''
  case ${node[server]} in
    sshd)
      ssh-keygen -q -t ed25519 -N '' -C "test$i" -f "$key" </dev/null
      {
        printf '%s\n' 'PermitRootLogin yes' 'UsePAM no' 'UseDNS no' 'PidFile none' 'LogLevel VERBOSE' \
          'HostKey /etc/ssh/ssh_host_ed25519_key' 'Subsystem sftp internal-sftp'
        [ "${node[chatty]}" = no ] || echo 'Banner /etc/issue.net'
      } >"$upper/etc/ssh/sshd_config"
      server='/usr/sbin/sshd -D -E /var/log/sshd.log'
      ;;
    dropbear)
      dropbearkey -t ed25519 -f "$key" 2>/dev/null | grep '^ssh-' >"$key.pub"
      server='/usr/sbin/dropbear -F -E -r /etc/ssh/ssh_host_ed25519_key'
      ;;
    none) ;;
    *) die "server=${node[server]}?" ;;
  esac
  printf '%s\n' '::sysinit:/etc/rc.boot' ${server:+"::respawn:$server"} >"$upper/etc/inittab"
}

build_root() { # build_root I: once, before the first boot
  local upper="$LAB/n/$1/upper" lower=''
  load "$1"
  [ "${node[root]}" != busybox ] || lower="$LAB/busybox"
  write_accounts "$upper" "$lower"
  write_home "$upper"
  write_server "$1" "$upper"
  echo "test$1" >"$upper/etc/hostname"
  : >"$upper/etc/hosts" # a place for the lab's own to be mounted on
}
