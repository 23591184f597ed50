/** Hashes that the other system made, or that its documentation or tests show, each with where it is from. */

type Vector = { from: string; passwordHash: unknown; password: string }

const phrase = 'correct horse battery staple'

const keycloakArgon2 = {
  hashIterations: 5,
  algorithm: 'argon2',
  additionalParameters: {
    hashLength: ['32'],
    memory: ['7168'],
    type: ['id'],
    version: ['1.3'],
    parallelism: ['1'],
  },
}

const firebaseProject =
  'n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='

export const vectors: Vector[] = [
  // Django 5.2.17, `make_password` with fewer rounds than it has by default.
  {
    from: 'Django pbkdf2_sha256',
    passwordHash: 'pbkdf2_sha256$1000$Zq0mTnJ3Hd5sVwXy8kLbPc$iia/mVoQ92tw6p2g6jDJgXjQRq/Ln1+hRXJOz45GLR8=',
    password: phrase,
  },
  {
    from: 'Django pbkdf2_sha1',
    passwordHash: 'pbkdf2_sha1$1000$Zq0mTnJ3Hd5sVwXy8kLbPc$qwng2dHCFUE08hKm113PuDpMuUE=',
    password: phrase,
  },
  {
    from: 'Django argon2',
    passwordHash:
      'argon2$argon2id$v=19$m=1024,t=2,p=2$cFpqbUdrUkpiNkNzNkNhVjROa1FPcA$QQXEjm853yxPv36etKeQ9Mq5ndVF2IG2GGd5+tkHJx0',
    password: phrase,
  },
  {
    from: 'Django bcrypt_sha256',
    passwordHash: 'bcrypt_sha256$$2b$04$qGMAjWfiQU26OHMTHAppX.Q9cgpf4qoAnJk8mmqc.7Rdw7OUcwXBy',
    password: phrase,
  },
  {
    from: 'Django bcrypt_sha256, of other letters',
    passwordHash: 'bcrypt_sha256$$2b$04$DOaGYdLgxFEjB2kP.KKFg..6hVNzteQN7YKNZCsJmRphq4ofpzZRS',
    password: 'пароль из слов 🦊',
  },
  {
    from: 'Django bcrypt',
    passwordHash: 'bcrypt$$2b$04$hq9VAJBVRobheg7g06h8Je7umJPAOHYXR6qhjEkjrU3xToIanOsS2',
    password: phrase,
  },
  {
    from: 'Django scrypt',
    passwordHash:
      'scrypt$1024$lxS8ddb6Qb4wc9jp2dNAFV$8$5$bGFzQmJ4RV3L5k/cpz90+7T3Vb288HQd1hoJjtK0CUOcGBG7NDKdTJAnIunTZQc+vyRW6MQsUb/q9eW3HIlc0A==',
    password: phrase,
  },
  // Passlib 1.7.4, with few rounds.
  {
    from: 'Passlib pbkdf2_sha1',
    passwordHash: '$pbkdf2$1000$uFdq7T1HaK31Pkeo9T6nNA$E9Hoqu2iXH6NJ/cUFTS8bfv2a8Q',
    password: phrase,
  },
  {
    from: 'Passlib pbkdf2_sha256',
    passwordHash: '$pbkdf2-sha256$1000$p7QW4jyHkPJeS6m1VkopxQ$3Zt3OhJ26Iy6K28P7qDtrUPjMRveO1G5E1xPVY1uHdQ',
    password: phrase,
  },
  {
    from: 'Passlib pbkdf2_sha512',
    passwordHash:
      '$pbkdf2-sha512$1000$1BqjtNZa6z1n7H2PUQrhHA$UVA5QPDzry8TXmT5LyU8mVsECIOaM2mMSVMUuwugL/mWrt9HXMst1wJD.Of9DFSimCIVCFw8mEIPhSjFS1.xfg',
    password: phrase,
  },
  {
    from: 'Passlib bcrypt_sha256, version 2',
    passwordHash: '$bcrypt-sha256$v=2,t=2b,r=4$kyLarBorJFNAj4156Z1Bne$Pc37IIcyCx7ixT3K2SFuIlECpKvR6yG',
    password: phrase,
  },
  {
    from: 'Passlib bcrypt_sha256, version 1',
    passwordHash: '$bcrypt-sha256$2b,4$WtO6KRIGdXJlXbL1XQIrZu$U8MPHSrNNnbf5WDBV1IkumAZ3pM4tve',
    password: phrase,
  },
  {
    from: 'Passlib scrypt',
    passwordHash: '$scrypt$ln=10,r=8,p=1$TQkBIEQIgXAuJWQsBaDUmg$PvKsIpFOcTLJbEKHNd8h1ZiiVZKGDhh374rf8koicvw',
    password: phrase,
  },
  {
    from: 'Passlib scrypt, written with N itself',
    passwordHash: '$scrypt$n=1024,r=8,p=1$TQkBIEQIgXAuJWQsBaDUmg$PvKsIpFOcTLJbEKHNd8h1ZiiVZKGDhh374rf8koicvw',
    password: phrase,
  },
  {
    from: 'Passlib argon2id',
    passwordHash:
      '$argon2id$v=19$m=1024,t=2,p=1$GKO0NoYQotQ6p9TaG8M4hw$jndw4PS3pu5q7qTEymU/Q/g1/UKACpKifCE8JQbHtjU',
    password: phrase,
  },
  {
    from: 'Passlib phpass',
    passwordHash: '$P$5V9w/bN7D/d6qPpcx8IwDrfDqOjolg0',
    password: phrase,
  },
  {
    from: 'phpass of phpBB, the same but for its name',
    passwordHash: '$H$5V9w/bN7D/d6qPpcx8IwDrfDqOjolg0',
    password: phrase,
  },
  // The examples of hashcat, mode 400.
  { from: 'phpass, hashcat', passwordHash: '$P$984478476IagS59wHZvyQMArzfx58u.', password: 'hashcat' },
  // PHP 8.2.36, as `wp_hash_password` of WordPress 6.8 does it, with a lower cost.
  {
    from: 'WordPress 6.8',
    passwordHash: '$wp$2y$05$CIoIfRWEjdSGDCXfSqXvv.ut47koA0KMDMpbFNMmTDTvLBGdvUwxO',
    password: phrase,
  },
  {
    from: 'PHP bcrypt',
    passwordHash: '$2y$05$7YMKjioirm2E0YiAQDk01.zNOez.5Tpb6ACN7qanUnHu1/GTf3S3i',
    password: phrase,
  },
  {
    from: 'PHP argon2i',
    passwordHash:
      '$argon2i$v=19$m=1024,t=2,p=1$a1BFVGhlUFA2NE0zUmp5bw$CN3UhuZqq+/MwC4aqdZNjJwPziwBFbR3IfugDZ/gnXA',
    password: phrase,
  },
  // The reference implementation of argon2 (P-H-C/phc-winner-argon2, test.c), version 1.0: without `v=`.
  {
    from: 'argon2i of version 16',
    passwordHash: '$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY',
    password: 'password',
  },
  // The README of github.com/firebase/scrypt, in the form of Supabase.
  {
    from: 'Firebase',
    passwordHash: `$fbscrypt$v=1,${firebaseProject}$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==`,
    password: 'user1password',
  },
  // better-auth 1.7.25, `hashPassword`; the second is one that it normalizes.
  {
    from: 'better-auth',
    passwordHash:
      'better-auth$619e4cb0221cc3152c3c3148731c5181:92e1295df7b5577d389efe67e726db3320c4ea33747ada4269af6be4cadee8f6ebed07e3817873673a92098bfbd113766c0599c0adf5511753e594fc7f87d7dd',
    password: phrase,
  },
  {
    from: 'better-auth, of a password that is not in NFKC',
    passwordHash:
      'better-auth$ede2e2a01f68e3726b19cb4668edfa5e:d5d187feb8f14ecc167c2e23939319e93ec429d5d95d77f9a86b5a8381035dd514c9d72301f39567ac42f3b0d3ace296ff50294fc17786ec3eb74c65f33f9c30',
    password: 'ﬁne ｗｉｄｅ ﬁsh',
  },
  // dotnet/aspnetcore, PasswordHasherTest.cs.
  ...[
    'ANXrDknc7fGPpigibZXXZFMX4aoqz44JveK6jQuwY3eH/UyPhvr5xTPeGYEckLxz9A==',
    'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
    'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
    'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
    'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
    'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
  ].map((passwordHash, at) => ({
    from: `ASP.NET Identity, ${at + 1}`,
    passwordHash,
    password: 'my password',
  })),
  // Users in the realm exports of public demonstrations, as Keycloak 20 and 25 wrote them.
  {
    from: 'Keycloak pbkdf2-sha256',
    passwordHash: {
      secretData:
        '{"value":"JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=","salt":"P5rtFkGtPfoaryJ6PizUJw==","additionalParameters":{}}',
      credentialData: '{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}',
    },
    password: 'password',
  },
  {
    from: 'Keycloak pbkdf2-sha256 with two blocks of output',
    passwordHash: {
      type: 'password',
      secretData: {
        value: 'uJj9/Yy4dcvZZpRvJP1YWDT/MZEIKCwt1Ax4L4zhOQjpRW71qMM0ajz7dbey/Ie7MMgiFgxOEz2I/eySvhxVOQ==',
        salt: 'DWobczblgCRZMULJ2hVCSQ==',
      },
      credentialData: { hashIterations: 27500, algorithm: 'pbkdf2-sha256' },
    },
    password: 'admin',
  },
  {
    from: 'Keycloak pbkdf2-sha512',
    passwordHash: {
      secretData:
        '{"value":"NF37if/knSlg9bkdU3x1p9g2/euhaRMjmVZK+hnIYpxCK8moTZ5iwf7aUZ01eilrRBYBMl7Fijaph6a6DXmH5g==","salt":"C/cIBWhO0KJYaXzbWEcj2w==","additionalParameters":{}}',
      credentialData: '{"hashIterations":210000,"algorithm":"pbkdf2-sha512","additionalParameters":{}}',
    },
    password: 'password',
  },
  {
    from: 'Keycloak argon2',
    passwordHash: {
      secretData:
        '{"value":"BruFLfFkjH/8erZ26NnrbkOrWiZuQyDRCHD9o0R6Scg=","salt":"Cf9AYCE5pAbb4CKEF0GUTA==","additionalParameters":{}}',
      credentialData: JSON.stringify(keycloakArgon2),
    },
    password: 'password',
  },
  {
    from: 'Keycloak argon2, put together by hand, with its padding',
    passwordHash:
      '$argon2id$v=19$m=7168,t=5,p=1$hK407r6sj24BaB07PZIYOw==$+TtHiqVYGtp+lUssqygxLhq9ch/J80/LCWwhxIgtlqE=',
    password: 'password',
  },
]
