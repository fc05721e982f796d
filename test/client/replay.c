/* Sends inboxes to a debug channel and prints what comes back: an outside witness for the bytes in a bundle, and the
 * yardstick for the client's speed. Knows nothing of nicdiag; the structures are those of the mlx5ctl V4 and fwctl uAPI.
 *
 *   replay DEVICE mlx5ctl|fwctl < LINES            one line "outlen inbox-hex" each; prints "errno outbox-hex"
 *   replay DEVICE mlx5ctl|fwctl N < LINES          sends all lines N times, prints "ns-per-round commands" per round
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

struct mlx5ctl_cmdrpc {
  uint64_t in, out;
  uint32_t inlen, outlen;
};
struct fwctl_rpc {
  uint32_t size, scope, in_len, out_len;
  uint64_t in, out;
};
#define MLX5CTL_CMDRPC _IOWR(0x5c, 1, struct mlx5ctl_cmdrpc)
#define FWCTL_RPC _IO(0x9a, 1)
#define FWCTL_RPC_DEBUG_READ_ONLY 1

struct command {
  uint8_t *in, *out;
  uint32_t in_len, out_len;
};

static int call(int fd, int fwctl, struct command *c) {
  if (fwctl) {
    struct fwctl_rpc rpc = {sizeof rpc, FWCTL_RPC_DEBUG_READ_ONLY, c->in_len, c->out_len, (uintptr_t)c->in,
                            (uintptr_t)c->out};
    return ioctl(fd, FWCTL_RPC, &rpc) ? errno : 0;
  }
  struct mlx5ctl_cmdrpc rpc = {(uintptr_t)c->in, (uintptr_t)c->out, c->in_len, c->out_len};
  return ioctl(fd, MLX5CTL_CMDRPC, &rpc) ? errno : 0;
}

static size_t read_commands(struct command **list) {
  size_t n = 0, room = 0, cap = 0;
  char *line = NULL;
  *list = NULL;
  while (getline(&line, &cap, stdin) > 0) {
    char *hex;
    unsigned long out_len = strtoul(line, &hex, 10);
    hex += strspn(hex, " ");
    size_t len = strspn(hex, "0123456789abcdef") / 2;
    if (n == room) *list = realloc(*list, (room = room ? 2 * room : 64) * sizeof **list);
    struct command *c = &(*list)[n++];
    c->in_len = len, c->out_len = out_len;
    c->in = malloc(len + 1), c->out = calloc(1, out_len + 1);
    for (size_t i = 0; i < len; i++) sscanf(hex + 2 * i, "%2hhx", &c->in[i]);
  }
  free(line);
  return n;
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: replay DEVICE mlx5ctl|fwctl [ROUNDS] < LINES\n"), 2;
  int fwctl = !strcmp(argv[2], "fwctl");
  int fd = open(argv[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) return perror(argv[1]), 1;
  struct command *list;
  size_t n = read_commands(&list);
  if (argc > 3) {
    for (long round = strtol(argv[3], NULL, 10); round > 0; round--) {
      int64_t start = now_ns();
      for (size_t i = 0; i < n; i++) call(fd, fwctl, &list[i]);
      printf("%lld %zu\n", (long long)(now_ns() - start), n);
    }
    return 0;
  }
  for (size_t i = 0; i < n; i++) {
    printf("%d ", call(fd, fwctl, &list[i]));
    for (uint32_t b = 0; b < list[i].out_len; b++) printf("%02x", list[i].out[b]);
    putchar('\n');
  }
  return 0;
}
