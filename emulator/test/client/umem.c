/* Lends memory to the device and has it written, in each version of mlx5ctl, in right and wrong order.
 * umem DEVICE V1|V2|V3|V4 [PCI_ADDRESS] */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "uapi.h"
#include "mlx5ctl_postings.h"
#include "row.h"

#define LENGTH (64 * 1024u)
#define VARIANT 0x42

static int device, version;
static const char *pci_address = "0000:03:00.0";

static void be32_to(uint8_t *bytes, uint32_t value)
{
	bytes[0] = value >> 24;
	bytes[1] = value >> 16;
	bytes[2] = value >> 8;
	bytes[3] = value;
}

static void be64_to(uint8_t *bytes, uint64_t value)
{
	be32_to(bytes, value >> 32);
	be32_to(bytes + 4, value);
}

static int rpc_on(int file, uint32_t in_length, uint32_t out_length)
{
	if (version == 4) {
		struct mlx5ctl_cmdrpc argument = { (uintptr_t)in, (uintptr_t)out, in_length, out_length };

		return ioctl(file, MLX5CTL_IOCTL_CMDRPC, &argument);
	}
	struct v1_cmdrpc argument = { (uintptr_t)in, (uintptr_t)out, in_length, out_length, 0 };

	return ioctl(file, V1_CMDRPC, &argument);
}

static int rpc(uint32_t in_length, uint32_t out_length)
{
	return rpc_on(device, in_length, out_length);
}

static int information(uint64_t *uid, char *name)
{
	int result;

	if (version == 4) {
		struct mlx5ctl_info info;

		result = ioctl(device, MLX5CTL_IOCTL_INFO, &info);
		*uid = info.uctx_uid;
	} else if (version == 1) {
		struct v1_info info = { .size = sizeof(info) };

		result = ioctl(device, V1_INFO, &info);
		*uid = info.uctx_uid;
		memcpy(name, info.devname, 64);
	} else {
		struct v2_info info = { .size = sizeof(info) };

		result = ioctl(device, V2_INFO, &info);
		*uid = info.uctx_uid;
		memcpy(name, info.devname, 64);
	}
	return result;
}

/* What a structure may have wrong. */
enum fault { FINE, WRONG_SIZE, FLAGS, RESERVED };

static int umem_reg(const void *address, uint64_t length, uint32_t *id, enum fault fault)
{
	int result;

	if (version == 4) {
		struct mlx5ctl_umem_reg reg = { .addr = (uintptr_t)address, .len = length };

		result = ioctl(device, MLX5CTL_IOCTL_UMEM_REG, &reg);
		*id = reg.umem_id;
	} else if (version == 1) {
		struct v1_umem_reg reg = { .addr = (uintptr_t)address, .len = length, .flags = fault == FLAGS };

		result = ioctl(device, V1_UMEM_REG, &reg);
		*id = reg.umem_id;
	} else {
		struct v2_umem_reg reg = { .flags = fault == FLAGS, .size = sizeof(reg), .reserved1 = fault == RESERVED,
					   .addr = (uintptr_t)address, .len = length };

		if (fault == WRONG_SIZE)
			reg.size--;
		result = ioctl(device, V2_UMEM_REG, &reg);
		*id = reg.umem_id;
	}
	return result;
}

static int umem_unreg(uint32_t id)
{
	struct mlx5ctl_umem_unreg last = { .umem_id = id };
	struct v3_umem_unreg third = { .size = sizeof(third), .umem_id = id };

	if (version == 4)
		return ioctl(device, MLX5CTL_IOCTL_UMEM_UNREG, &last);
	if (version == 3)
		return ioctl(device, V3_UMEM_UNREG, &third);
	return ioctl(device, version == 2 ? V2_UMEM_UNREG : V1_UMEM_UNREG, (unsigned long)id);
}

static int alloc_pd(uint32_t *pd)
{
	int result;

	command(0x800, 0);
	result = rpc(16, 16);
	*pd = be32(out + 8) & 0xffffff;
	return result;
}

/* A command with one id. */
static int with_id(unsigned opcode, uint32_t id)
{
	command(opcode, 0);
	be32_to(in + 8, id);
	return rpc(16, 16);
}

static int create_mkey(uint32_t umem, uint32_t pd, const void *start, uint64_t length, uint32_t *mkey)
{
	int result;

	command(0x200, 0);
	be32_to(in + 0xc, 1u << 30);
	be32_to(in + 0x10, 1u << 8 | 1u << 10 | 1u << 11);
	be32_to(in + 0x14, 0xffffffu << 8 | VARIANT);
	be32_to(in + 0x1c, pd);
	be64_to(in + 0x20, (uintptr_t)start);
	be64_to(in + 0x28, length);
	be32_to(in + 0x64, umem);
	result = rpc(272, 16);
	*mkey = (be32(out + 8) & 0xffffff) << 8 | VARIANT;
	return result;
}

static int core_dump(int file, uint32_t mkey, const void *address, uint32_t size)
{
	access_reg(1, 0x402e);
	in[16 + 3] = 2;
	be32_to(in + 16 + 0x10, mkey);
	be32_to(in + 16 + 0x14, size);
	be64_to(in + 16 + 0x18, (uintptr_t)address);
	return rpc_on(file, 80, 80);
}

static unsigned increasing(const uint8_t *dump, unsigned bytes)
{
	unsigned at;

	for (at = 8; at < bytes; at += 8)
		if (be32(dump + at) <= be32(dump + at - 8))
			return 0;
	return 1;
}

static void structures(uint8_t *memory)
{
	uint32_t id;
	uint64_t uid = 0;
	char name[64] = "";

	row("INFO", information(&uid, name));
	fact("a UID", uid != 0);
	fact("device name", version == 4 || !strcmp(name, pci_address));
	command(0x10a, 0);
	row("command", rpc(16, 112));
	row("command of more than the version takes", rpc(version == 4 ? 262145 : 8193, 112));
	if (version < 4) {
		struct v1_cmdrpc argument = { (uintptr_t)in, (uintptr_t)out, 16, 112, 1 };
		struct v1_cmdrpc first = { 0, 0, 15, 112, 1 };

		row("command with flags", ioctl(device, V1_CMDRPC, &argument));
		row("the length is judged before the flags", ioctl(device, V1_CMDRPC, &first));
		row("memory with flags", umem_reg(memory, LENGTH, &id, FLAGS));
	}
	if (version == 2 || version == 3) {
		row("memory, wrong size of structure", umem_reg(memory, LENGTH, &id, WRONG_SIZE));
		row("memory, reserved not 0", umem_reg(memory, LENGTH, &id, RESERVED));
		row("flags are judged before the length", umem_reg(memory, 0, &id, FLAGS));
	}
}

static void lengths(uint8_t *memory)
{
	uint8_t *half = page_before_nothing(PROT_READ | PROT_WRITE);
	uint8_t *fixed = page_before_nothing(PROT_READ);
	struct rlimit few = { 16 * PAGE, 16 * PAGE }, before;
	uint32_t id;

	row("memory of 0 bytes", umem_reg(memory, 0, &id, FINE));
	row("memory of more than 64 MiB", umem_reg(memory, 64 * 1024 * 1024 + 1, &id, FINE));
	row("memory over the end of addresses", umem_reg((void *)(uintptr_t)-4096, 8192, &id, FINE));
	row("memory over a gap", umem_reg(half, 2 * PAGE, &id, FINE));
	row("memory up to a gap", umem_reg(half + 100, PAGE - 100, &id, FINE));
	umem_unreg(id);
	row("memory that is read-only", umem_reg(fixed, PAGE, &id, FINE));
	getrlimit(RLIMIT_MEMLOCK, &before);
	few.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_MEMLOCK, &few);
	row("a privileged program is above RLIMIT_MEMLOCK", umem_reg(memory, 17 * PAGE, &id, FINE));
	umem_unreg(id);
	if (fork() == 0) {
		drop_capability(CAP_IPC_LOCK);
		row("memory beyond RLIMIT_MEMLOCK", umem_reg(memory, 17 * PAGE, &id, FINE));
		row("memory within RLIMIT_MEMLOCK", umem_reg(memory, 16 * PAGE, &id, FINE));
		umem_unreg(id);
		exit(0);
	}
	wait(NULL);
	setrlimit(RLIMIT_MEMLOCK, &before);
	row("unregister what never was", umem_unreg(0x00fffffe));
}

static void dumps(uint8_t *memory, const char *path)
{
	uint32_t umem, pd, mkey;
	int other = open(path, O_RDWR), status;
	pid_t child;

	row("memory", umem_reg(memory, LENGTH, &umem, FINE));
	row("protection domain", alloc_pd(&pd));
	row("key beyond the memory", create_mkey(umem, pd, memory, LENGTH + 1, &mkey));
	row("key to no such memory", create_mkey(umem + 9, pd, memory, LENGTH, &mkey));
	row("key", create_mkey(umem, pd, memory, LENGTH, &mkey));
	memset(memory, 0xee, LENGTH);
	row("dump", core_dump(device, mkey, memory, LENGTH));
	fact("bytes of the dump", be32(out + 16 + 0x14));
	fact("more to come", out[16] >> 7);
	fact("addresses increase", increasing(memory, LENGTH));
	memset(memory, 0xee, LENGTH);
	row("dump into the middle", core_dump(device, mkey, memory + 100, 800));
	fact("nothing around it is touched", memory[99] == 0xee && memory[900] == 0xee && be32(memory + 100) != 0xeeeeeeee);
	row("dump beyond the key", core_dump(device, mkey, memory + 8, LENGTH));
	row("dump with another file's key", core_dump(other, mkey, memory, LENGTH));
	row("unregister under a key", umem_unreg(umem));
	row("give the domain of a key back", with_id(0x801, pd));
	/* A child has a memory of its own: what the device writes goes to the parent's. */
	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(core_dump(device, mkey, memory, LENGTH) || memory[0] != 0xee);
	waitpid(child, &status, 0);
	fact("a child asks, and does not see the dump", WIFEXITED(status) && WEXITSTATUS(status) == 0);
	fact("its parent does", increasing(memory, LENGTH));
	row("end the key", with_id(0x202, mkey >> 8));
	row("dump after the key's end", core_dump(device, mkey, memory, LENGTH));
	row("end the key twice", with_id(0x202, mkey >> 8));
	row("unregister", umem_unreg(umem));
	row("unregister twice", umem_unreg(umem));
	row("give the domain back", with_id(0x801, pd));
	close(other);
}

int main(int argc, char **argv)
{
	uint32_t umem, pd, mkey;
	uint8_t *memory = mmap(NULL, 2 * LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (argc < 3 || (device = open(argv[1], O_RDWR)) < 0 || memory == MAP_FAILED) {
		perror("usage: umem DEVICE V1|V2|V3|V4 [PCI_ADDRESS]");
		return 2;
	}
	if (argc > 3)
		pci_address = argv[3];
	setvbuf(stdout, NULL, _IOLBF, 0);
	version = argv[2][1] - '0';
	structures(memory);
	lengths(memory);
	dumps(memory, argv[1]);
	/* Left for close to end. */
	row("memory that is left", umem_reg(memory, LENGTH, &umem, FINE));
	alloc_pd(&pd);
	row("key that is left", create_mkey(umem, pd, memory, LENGTH, &mkey));
	return 0;
}
