# Prints the passwords in the files as Redis' ACL rules. As hashes, so that every character works.
set -eu
for file; do
  # An empty password would admit everyone.
  if [ -s "$file" ]; then printf '#%s ' "$(sha256sum <"$file" | cut -c 1-64)"; fi
done
