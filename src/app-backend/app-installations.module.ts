import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppInstallation } from './app-installation.entity.js';
import { InstallationHandlers } from './installation.handlers.js';
import { Installations } from './installations.js';
import { UninstallHooks } from './uninstall-hooks.js';

/** Who has the app installed: in every role, because events tell it. */
@Module({
  imports: [TypeOrmModule.forFeature([AppInstallation]), DiscoveryModule],
  providers: [Installations, InstallationHandlers, UninstallHooks],
  exports: [Installations],
})
export class AppInstallationsModule {}
