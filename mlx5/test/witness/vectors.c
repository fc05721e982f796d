/* Makes bytes from positions.txt, without anything of the codec: numbers go into big-endian words by htonl.
 *
 * Prints for every structure some vectors, and more where it has a union, so that each member has one:
 * structure, its size, bytes in hex, then path=value pairs. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STRUCTS = 600, MAX_FIELDS = 8000, MAX_BYTES = 1 << 16, VECTORS = 3, OPEN_ELEMENTS = 2 };

struct field { char name[80], type[80]; unsigned byte, lsb, width, count; int is_array, is_open; };
struct structure { char name[80]; unsigned bytes; int is_union, first, fields; };

static struct structure structures[MAX_STRUCTS];
static struct field fields[MAX_FIELDS];
static int structure_count, field_count;

static uint32_t words[MAX_BYTES / 4];
static unsigned used_bytes;
static char pairs[1 << 22];
static size_t pairs_length;
static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "%s: %s\n", what, name);
	exit(1);
}

static void parse_field(char *line)
{
	struct field *field = &fields[field_count++];
	char position[80];
	char *end;
	int parts = sscanf(line, "%79s %79s %79s", position, field->name, field->type);

	if (field_count == MAX_FIELDS || parts < 2)
		fail("no field", line);
	field->byte = (unsigned)strtoul(position, &end, 16);
	if (*end == '+') {
		field->width = 8 * (unsigned)strtoul(end + 1, &end, 10);
	} else {
		field->lsb = (unsigned)strtoul(end + 1, &end, 10);
		field->width = (unsigned)strtoul(end + 1, &end, 10);
	}
	field->count = 1;
	if (*end == '[') {
		field->is_array = 1;
		field->is_open = end[1] == ']';
		field->count = field->is_open ? OPEN_ELEMENTS : (unsigned)strtoul(end + 1, &end, 10);
	}
	structures[structure_count - 1].fields++;
}

static void parse(FILE *file)
{
	char line[400], kind[8];

	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#')
			continue;
		if (line[0] == '0') {
			parse_field(line);
			continue;
		}
		struct structure *added = &structures[structure_count++];

		if (structure_count == MAX_STRUCTS || sscanf(line, "%7s %79s %u", kind, added->name, &added->bytes) != 3)
			fail("no structure", line);
		added->is_union = strcmp(kind, "union") == 0;
		added->first = field_count;
	}
}

static const struct structure *find(const char *name)
{
	for (int at = 0; at < structure_count; at++)
		if (strcmp(structures[at].name, name) == 0)
			return &structures[at];
	fail("positions.txt does not have", name);
	return NULL;
}

static void note(const char *format, const char *path)
{
	pairs_length += (size_t)snprintf(pairs + pairs_length, sizeof(pairs) - pairs_length, format, path);
}

static void use(unsigned bytes)
{
	used_bytes = bytes > used_bytes ? bytes : used_bytes;
}

/* Numbers of more than 32 bits are whole words, the most significant first. */
static void put_number(unsigned byte, unsigned lsb, unsigned width, const char *path)
{
	char digits[20];

	note(" %s=0x", path);
	for (unsigned left = width; left > 0; byte += 4) {
		unsigned take = left > 32 ? 32 : left;
		uint32_t mask = take == 32 ? UINT32_MAX : (UINT32_C(1) << take) - 1;
		uint32_t value = next_random() & mask;
		uint32_t word = ntohl(words[byte / 4]);

		words[byte / 4] = htonl((word & ~(mask << lsb)) | (value << lsb));
		snprintf(digits, sizeof(digits), width > 32 ? "%08" PRIx32 : "%" PRIx32, value);
		note("%s", digits);
		left -= take;
		use(byte + 4);
	}
}

static void put_structure(const struct structure *structure, unsigned base, const char *prefix, unsigned round, int outermost);

static void put_field(const struct field *field, unsigned base, const char *prefix, unsigned round)
{
	for (unsigned at = 0; at < field->count; at++) {
		char path[600];

		snprintf(path, sizeof(path), field->is_array ? "%s%s[%u]" : "%s%s", prefix, field->name, at);
		if (field->type[0] != 0) {
			strcat(path, ".");
			put_structure(find(field->type), base + field->byte + at * field->width / 8, path, round, 0);
			use(base + field->byte + (at + 1) * field->width / 8);
		} else {
			/* Elements narrower than a word go from its top to its bottom, then on to the next. */
			unsigned from_top = 32 - (field->width < 32 ? field->lsb + field->width : 32) + at * field->width;
			unsigned lsb = field->width < 32 ? 32 - from_top % 32 - field->width : 0;

			put_number(base + field->byte + from_top / 32 * 4, lsb, field->width, path);
		}
	}
}

static void put_structure(const struct structure *structure, unsigned base, const char *prefix, unsigned round, int outermost)
{
	for (int at = 0; at < structure->fields; at++) {
		const struct field *field = &fields[structure->first + at];

		if (structure->is_union && at != (int)(round % (unsigned)structure->fields))
			continue;
		/* What is open has room only at the end of everything. */
		if (!field->is_open || outermost)
			put_field(field, base, prefix, round);
	}
}

/* As many vectors as the largest union in it has members. */
static unsigned rounds_of(const struct structure *structure)
{
	unsigned most = structure->is_union ? (unsigned)structure->fields : 0;

	for (int at = 0; at < structure->fields; at++) {
		const struct field *field = &fields[structure->first + at];
		unsigned rounds = field->type[0] != 0 && find(field->type)->is_union ? (unsigned)find(field->type)->fields : 0;

		most = rounds > most ? rounds : most;
	}
	return most > VECTORS ? most : VECTORS;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (file == NULL)
		fail("usage: vectors", "positions.txt");
	parse(file);
	for (int at = 0; at < structure_count; at++) {
		const struct structure *structure = &structures[at];

		for (unsigned round = 0; round < rounds_of(structure); round++) {
			memset(words, 0, sizeof(words));
			pairs_length = 0;
			pairs[0] = 0;
			used_bytes = 0;
			put_structure(structure, 0, "", round, 1);
			unsigned length = used_bytes > structure->bytes ? used_bytes : structure->bytes;

			printf("%s %u ", structure->name, structure->bytes);
			for (unsigned byte = 0; byte < length; byte++)
				printf("%02x", ((const uint8_t *)words)[byte]);
			printf("%s\n", pairs);
		}
	}
	return 0;
}
