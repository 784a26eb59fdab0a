# shellcheck shell=bash
# node-root.sh - the file system and the boot of one lab node; sourced by `nodes`, which has the rest.
# `node` holds the settings of the node in hand.
#
# A 'debian' node is this machine's root under an overlay, with the folders that hold state empty; a
# 'busybox' node has a static busybox, its applets and an SSH server, and nothing else. Both boot with
# busybox init, which runs /etc/rc.boot and /etc/rc.local (if executable), then keeps the server up.

# What a node has to itself from its first boot on, and keeps over a reboot.
private_folders='/etc/ssh /home /root /var/lib /var/log /var/tmp'
# 'lab-password'
password_hash='$6$lab$hT6PVoD0V56FIeKRrNsIWihuPvqsUjzAv.KtSutBl8svz20FXsmYbclRsken5ndxb58o7zFzxOuLSK7ZGj8Wf/'

node_path() { # node_path I FILE: where FILE of node I is found from outside, running or not
  local base="$LAB/n/$1" folder
  if [ "${node[root]}" = busybox ]; then
    echo "$base/root$2"
    return
  fi
  for folder in $private_folders; do
    case $2/ in "$folder"/*) echo "$base/private$2"; return ;; esac
  done
  echo "$base/upper$2"
}

node_file() { # node_file I FILE [MODE]: writes stdin there
  local path
  path=$(node_path "$1" "$2")
  mkdir -p "${path%/*}"
  cat >"$path"
  chmod "${3:-644}" "$path"
}

copy_program() { # copy_program I FILE…: with the shared libraries it needs
  local root="$LAB/n/$1/root" file
  shift
  for file in "$@" $(for file in "$@"; do ldd "$file" 2>/dev/null; done | grep -o '/[^ ]*' | sort -u); do
    mkdir -p "$root${file%/*}"
    cp -L "$file" "$root$file"
  done
}

build_busybox() {
  local i=$1 root="$LAB/n/$1/root" busybox
  busybox=$(command -v busybox)
  mkdir -p "$root"/{bin,usr/local/sbin,etc/ssh,dev,proc,sys,run,tmp,root,home,var/lib,var/log,var/tmp}
  ln -s bin "$root/sbin"
  ln -s ../bin "$root/usr/bin"
  ln -s ../bin "$root/usr/sbin"
  cp "$busybox" "$root/bin/busybox"
  "$busybox" --install -s "$root/bin" 2>/dev/null
  case ${node[server]} in
    sshd) copy_program "$i" "$(command -v sshd)" ;;
    dropbear) copy_program "$i" "$(command -v dropbear)" ;;
  esac
  printf '%s\n' /bin/sh /bin/ash >"$root/etc/shells"
}

write_accounts() {
  local i=$1 shell user become
  shell=${node[shell]} user=${node[user]} become=${node[become]}
  case $shell in */*) ;; *) shell=$(command -v "$shell") ;; esac
  if [ "${node[root]}" = busybox ]; then
    shell=/bin/sh
    printf '%s\n' "root:x:0:0:root:/root:/bin/sh" "sshd:x:100:65534::/run/sshd:/bin/false" | node_file "$i" /etc/passwd
    printf '%s\n' "root:x:0:" "nogroup:x:65534:" | node_file "$i" /etc/group
    echo "root:*:19000:0:99999:7:::" | node_file "$i" /etc/shadow 600
  else
    grep -v '^lab' /etc/passwd | node_file "$i" /etc/passwd
    node_file "$i" /etc/group </etc/group
    node_file "$i" /etc/shadow 600 </etc/shadow
  fi
  local passwd shadow
  passwd=$(node_path "$i" /etc/passwd) shadow=$(node_path "$i" /etc/shadow)
  sed -i "s|^root:[^:]*|root:$password_hash|" "$shadow"
  if [ "$user" = root ]; then
    sed -i "/^root:/s|[^:]*\$|$shell|" "$passwd"
  else
    sed -i "/^$user:/d" "$passwd" "$shadow"
    echo "$user:x:2000:2000::/home/$user:$shell" >>"$passwd"
    echo "$user:x:2000:" >>"$(node_path "$i" /etc/group)"
    echo "$user:$password_hash:19000:0:99999:7:::" >>"$shadow"
  fi
  case $become in
    sudo) echo "$user ALL=(ALL) NOPASSWD: ALL" | node_file "$i" /etc/sudoers.d/lab 440 ;;
    sudo-password) echo "$user ALL=(ALL) ALL" | node_file "$i" /etc/sudoers.d/lab 440 ;;
    doas) echo "permit nopass $user" | node_file "$i" /etc/doas.conf 400 ;;
    none) ;;
    *) die "become=$become?" ;;
  esac
}

write_home() { # the login user's: the key it accepts, and what its shell says unasked
  local i=$1 user home file folder
  user=${node[user]} home=/root
  [ "$user" = root ] || home=/home/$user
  [ "${node[auth]}" != key ] || node_file "$i" "$home/.ssh/authorized_keys" 600 <"$LAB/ssh/id.pub"
  if [ "${node[chatty]}" = yes ]; then
    for file in .profile .bashrc .tcshrc .zshenv .config/fish/config.fish; do
      printf '%s\n' "echo Welcome, this is a shell that talks" "echo and on stderr too >/dev/stderr" |
        node_file "$i" "$home/$file"
    done
    printf 'Authorised users only.\n' | node_file "$i" /etc/issue.net
    printf 'The message of the day\n' | node_file "$i" /etc/motd
  fi
  folder=$(node_path "$i" "$home")
  mkdir -p "$folder"
  chmod 700 "$folder"
  [ "$user" = root ] || chown -R 2000:2000 "$folder"
}

write_server() {
  local i=$1 key="$LAB/n/$1/hostkey" server=none
  case ${node[server]} in
    sshd)
      ssh-keygen -q -t ed25519 -N '' -C "test$i" -f "$key" </dev/null
      node_file "$i" /etc/ssh/ssh_host_ed25519_key 600 <"$key"
      {
        printf '%s\n' "HostKey /etc/ssh/ssh_host_ed25519_key" "PermitRootLogin yes" "UsePAM no" "UseDNS no" \
          "PidFile none" "LogLevel VERBOSE" "Subsystem sftp internal-sftp"
        [ "${node[chatty]}" = no ] || echo "Banner /etc/issue.net"
      } | node_file "$i" /etc/ssh/sshd_config
      server="$(command -v sshd) -D -E /var/log/sshd.log"
      ;;
    dropbear)
      dropbearkey -t ed25519 -f "$key" 2>/dev/null | grep '^ssh-' >"$key.pub"
      node_file "$i" /etc/ssh/dropbear_key 600 <"$key"
      server="$(command -v dropbear) -F -E -r /etc/ssh/dropbear_key"
      ;;
  esac
  {
    echo "::sysinit:/etc/rc.boot"
    [ "$server" = none ] || echo "::respawn:$server"
  } | node_file "$i" /etc/inittab
}

build_root() { # once, before the first boot; from outside
  local i=$1 folder
  load "$i"
  if [ "${node[root]}" = busybox ]; then
    build_busybox "$i"
  else
    mkdir -p "$LAB/n/$i"/{upper,work,root}
    for folder in $private_folders; do mkdir -p "$LAB/n/$i/private$folder"; done
    chmod 1777 "$LAB/n/$i/private/var/tmp"
  fi
  write_accounts "$i"
  write_home "$i"
  write_server "$i"
  node_file "$i" /etc/hostname <<<"test$i"
  : | node_file "$i" /etc/hosts
  node_file "$i" /etc/rc.boot 755 <<'BOOT'
#!/bin/sh
mkdir -p /run/sshd /run/lock
[ ! -x /etc/rc.local ] || /etc/rc.local
: >/run/booted
BOOT
}

boot() { # in the node's own namespaces, as its process 1
  local base="$LAB/n/$1" folder
  local root="$base/root"
  load "$1"
  hostname "test$1"
  if [ "${node[root]}" = busybox ]; then
    mount --bind "$root" "$root"
  else
    mount -t overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" overlay "$root"
    for folder in $private_folders; do mount --bind "$base/private$folder" "$root$folder"; done
  fi
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mount --bind "$LAB/hosts" "$root/etc/hosts"
  cd "$root"
  mkdir run/old
  pivot_root . run/old
  exec /bin/busybox env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ TERM=dumb \
    /bin/busybox sh -c 'cd /; umount -l /run/old; rmdir /run/old; exec /bin/busybox init'
}
